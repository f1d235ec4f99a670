// A button beside an address that takes it along.
"use strict";

(() => {
  for (const button of document.querySelectorAll("[data-copies]")) {
    const input = document.getElementById(button.dataset.copies);
    const words = button.querySelector("span");
    const copy = words.textContent;
    input.addEventListener("focus", () => input.select());
    button.addEventListener("click", async () => {
      input.select();
      try {
        await navigator.clipboard.writeText(input.value);
      } catch {
        document.execCommand("copy"); // without encryption, as within a school's network, there is no clipboard
      }
      words.textContent = button.dataset.done;
      setTimeout(() => (words.textContent = copy), 4000);
    });
    button.hidden = false;
  }
})();
