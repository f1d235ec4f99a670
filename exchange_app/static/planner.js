// Lets departures be dragged to another day. Dropping one sends the same form as the one beside “Move”.
"use strict";

(() => {
  const form = document.getElementById("drag-form");
  if (!form) return;
  let dragged = null;

  const days = [...document.querySelectorAll("[data-day]")];
  const forget = () => days.forEach((day) => day.classList.remove("planner-over"));

  for (const planned of document.querySelectorAll("[data-departure]")) {
    planned.draggable = true;
    for (const link of planned.querySelectorAll("a")) link.draggable = false;
    planned.addEventListener("dragstart", (event) => {
      dragged = planned;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", "");
    });
    planned.addEventListener("dragend", () => {
      dragged = null;
      forget();
    });
  }

  for (const day of days) {
    day.addEventListener("dragover", (event) => {
      if (!dragged) return;
      event.preventDefault();
      forget();
      day.classList.add("planner-over");
    });
    day.addEventListener("drop", (event) => {
      if (!dragged || day.contains(dragged)) return;
      event.preventDefault();
      form.elements.departure.value = dragged.dataset.departure;
      form.elements.seen.value = dragged.dataset.seen;
      form.elements.day.value = day.dataset.day;
      form.requestSubmit();
    });
  }
})();
