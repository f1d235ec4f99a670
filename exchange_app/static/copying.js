// A button beside words or an address that takes them along.
"use strict";

(() => {
  for (const button of document.querySelectorAll("[data-copies]")) {
    const field = document.getElementById(button.dataset.copies);
    const words = button.querySelector("span");
    const copy = words.textContent;
    field.addEventListener("focus", () => field.select());
    button.addEventListener("click", async () => {
      field.select();
      try {
        await navigator.clipboard.writeText(field.value);
      } catch {
        document.execCommand("copy"); // without encryption, as within a school's network, there is no clipboard
      }
      words.textContent = button.dataset.done;
      setTimeout(() => (words.textContent = copy), 4000);
    });
    button.hidden = false;
  }
})();
