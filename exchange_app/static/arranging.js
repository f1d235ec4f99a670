// Lets the entries of a trip be dragged from day to day. Dropping one fills in its day and order as by hand and empties
// its time; nothing is kept before the form is sent.
"use strict";

(() => {
  const form = document.querySelector("form[data-arranging]");
  if (!form) return;
  let dragged = null;

  const fieldOf = (entry, name) => entry.querySelector(`[name$="-${name}"]`);

  function put(entry, day, before) {
    day.querySelector(".entry-list").insertBefore(entry, before);
    fieldOf(entry, "starts").value = "";
    for (const list of form.querySelectorAll(".entry-list"))
      list.querySelectorAll("[data-entry]").forEach((one, place) => (fieldOf(one, "place").value = place + 1));
  }

  function drop(entry, day, before) {
    put(entry, day, before);
    fieldOf(entry, "day").value = day.dataset.day;
    fieldOf(entry, "place").dispatchEvent(new Event("change", { bubbles: true }));
  }

  function after(day, y) {
    return [...day.querySelectorAll("[data-entry]")].find((entry) => {
      const box = entry.getBoundingClientRect();
      return entry !== dragged && y < box.top + box.height / 2;
    });
  }

  for (const entry of form.querySelectorAll("[data-entry]")) {
    entry.draggable = true;
    fieldOf(entry, "day").addEventListener("change", (event) => {
      const day = form.querySelector(`[data-day="${event.target.value}"]`);
      if (day) put(entry, day, null);
      event.target.focus();
    });
    entry.addEventListener("dragstart", (event) => {
      dragged = entry;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", "");
    });
    entry.addEventListener("dragend", () => {
      dragged = null;
      form.querySelectorAll(".place-over").forEach((day) => day.classList.remove("place-over"));
    });
  }

  for (const day of form.querySelectorAll("[data-day]")) {
    day.addEventListener("dragover", (event) => {
      if (!dragged) return;
      event.preventDefault();
      day.classList.add("place-over");
    });
    day.addEventListener("dragleave", (event) => {
      if (!day.contains(event.relatedTarget)) day.classList.remove("place-over");
    });
    day.addEventListener("drop", (event) => {
      if (!dragged) return;
      event.preventDefault();
      drop(dragged, day, after(day, event.clientY) ?? null);
    });
  }
})();
