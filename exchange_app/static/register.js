// Says how many adults a group needs while its leader types, and whether there are enough. Without it the rule stands
// beside the field, and the server counts.
"use strict";

(() => {
  const words = document.getElementById("adults");
  const pupils = document.getElementById(words.dataset.pupils);
  const staff = document.getElementById(words.dataset.staff);

  function show() {
    const count = Number(pupils.value);
    if (!Number.isInteger(count) || count <= 0) {
      words.textContent = "";
      return;
    }
    const adults = Math.ceil(count / Number(words.dataset.personsPerAdult));
    const come = staff.value.trim() === "" ? NaN : Number(staff.value);
    const missing = adults - come;
    const said = Number.isInteger(missing) ? (missing > 0 ? "lacking" : "enough") : "needed";
    words.classList.toggle("adults-lacking", said === "lacking");
    words.textContent = words.dataset[said]
      .replace("{pupils}", count)
      .replace("{adults}", said === "enough" ? come : adults)
      .replace("{missing}", missing);
  }

  for (const field of [pupils, staff]) field.addEventListener("input", show);
  show();
})();
