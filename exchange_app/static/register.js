// Says how many adults a group needs while its leader types. Without it the rule stands beside the field.
"use strict";

(() => {
  const words = document.getElementById("adults");
  const pupils = document.getElementById(words.dataset.pupils);

  function show() {
    const count = Number(pupils.value);
    const adults = Math.ceil(count / Number(words.dataset.personsPerAdult));
    words.textContent = Number.isInteger(count) && count > 0
      ? words.dataset.words.replace("{pupils}", count).replace("{adults}", adults)
      : "";
  }

  pupils.addEventListener("input", show);
  show();
})();
