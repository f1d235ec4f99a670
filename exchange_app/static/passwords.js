// A button beside each password that shows what was typed.
"use strict";

(() => {
  for (const field of document.querySelectorAll("input[data-show]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm password-toggle";
    button.setAttribute("aria-controls", field.id);
    field.after(button);

    const show = (isShown) => {
      field.type = isShown ? "text" : "password";
      button.textContent = isShown ? field.dataset.hide : field.dataset.show;
      button.setAttribute("aria-pressed", isShown);
    };
    button.addEventListener("click", () => show(field.type === "password"));
    field.form.addEventListener("submit", () => show(false));
    show(false);
  }
})();
