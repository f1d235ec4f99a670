// Closes the menu of a phone by Escape, and when somebody goes on elsewhere.
"use strict";

(() => {
  const menu = document.querySelector(".site-menu");

  function close() {
    menu.open = false;
  }

  menu?.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    close();
    menu.querySelector("summary").focus();
  });
  for (const left of ["click", "focusin"]) {
    document.addEventListener(left, (event) => menu?.open && !menu.contains(event.target) && close());
  }
  addEventListener("pageshow", () => menu && close());
})();
