// Lets activities and stops be dragged into the days of a package. Dropping one sends the same form as the buttons.
"use strict";

(() => {
  const form = document.getElementById("drag-form");
  if (!form) return;
  let dragged = null;

  const forget = () => document.querySelectorAll(".composer-over").forEach((one) => one.classList.remove("composer-over"));

  for (const one of document.querySelectorAll("[data-item], [data-stop]")) {
    one.draggable = true;
    for (const link of one.querySelectorAll("a")) link.draggable = false;
    one.addEventListener("dragstart", (event) => {
      dragged = one;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", "");
    });
    one.addEventListener("dragend", () => {
      dragged = null;
      forget();
    });
  }

  // The stop before which it falls: the first whose middle is below the pointer.
  function stopBelow(day, y) {
    return [...day.querySelectorAll("[data-stop]")].find((stop) => {
      const box = stop.getBoundingClientRect();
      return stop !== dragged && y < box.top + box.height / 2;
    });
  }

  for (const day of document.querySelectorAll("[data-day]")) {
    day.addEventListener("dragover", (event) => {
      if (!dragged) return;
      event.preventDefault();
      forget();
      (stopBelow(day, event.clientY) ?? day).classList.add("composer-over");
    });
    day.addEventListener("drop", (event) => {
      if (!dragged) return;
      event.preventDefault();
      form.elements.item.value = dragged.dataset.item ?? "";
      form.elements.stop.value = dragged.dataset.stop ?? "";
      form.elements.day.value = day.dataset.day;
      form.elements.before.value = stopBelow(day, event.clientY)?.dataset.stop ?? "";
      form.requestSubmit();
    });
  }
})();
