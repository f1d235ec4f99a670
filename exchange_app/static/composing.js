// Lets activities and stops be dragged into the days of a package. Dropping one sends the same form as the buttons.
"use strict";

(() => {
  const form = document.getElementById("drag-form");
  if (!form) return;
  let dragged = null;

  const fill = (name, value) => { form.querySelector(`[name="${name}"]`).value = value ?? ""; };
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
      fill("item", dragged.dataset.item);
      fill("stop", dragged.dataset.stop);
      fill("day", day.dataset.day);
      fill("before", stopBelow(day, event.clientY)?.dataset.stop);
      form.requestSubmit();
    });
  }
})();
