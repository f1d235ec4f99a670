// Shows how a photo will be cut while it is chosen and its sliders are moved. Saving does the same on the server.
"use strict";

(() => {
  const form = document.querySelector("form[data-photo-form]");
  const shown = document.querySelector("[data-photo-preview] img");
  if (!form || !shown) return;
  const file = form.querySelector("input[type=file]");
  const [across, down] = form.querySelectorAll("input[type=range]");

  function place() {
    if (shown.dataset.whole) shown.src = shown.dataset.whole;
    delete shown.dataset.whole;
    shown.style.objectPosition = `${across.value}% ${down.value}%`;
  }

  function read() {
    const chosen = file.files[0];
    const isTooLarge = chosen && chosen.size > Number(form.dataset.mostBytes);
    file.setCustomValidity(isTooLarge ? form.dataset.tooLarge : "");
    if (isTooLarge) return file.reportValidity();
    if (!chosen) return;
    const reader = new FileReader();
    reader.addEventListener("load", () => {
      delete shown.dataset.whole;
      shown.removeAttribute("srcset");
      shown.src = reader.result;
      place();
    });
    reader.readAsDataURL(chosen);
  }

  file.addEventListener("change", read);
  for (const slider of [across, down]) slider.addEventListener("input", place);
  form.addEventListener("submit", (event) => {
    if (!file.checkValidity()) {
      event.preventDefault();
      file.reportValidity();
    }
  });
})();
