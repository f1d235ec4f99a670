// Lets names be dragged from place to place. Dropping one chooses that place in the name's own list, as by hand; nothing
// is kept before the form is saved.
"use strict";

(() => {
  const form = document.querySelector("form[data-dragging]");
  if (!form) return;
  let dragged = null;

  const placeAt = (element) => element.closest("[data-place]");

  function move(person, place) {
    const before = placeAt(person);
    place.querySelector(".place-people").append(person);
    for (const one of [before, place]) one.querySelector(".place-count").textContent = one.querySelectorAll(".place-person").length;
    person.classList.toggle("place-person-moved", person.querySelector("select").value !== person.querySelector("input").value);
  }

  for (const person of form.querySelectorAll(".place-person")) {
    person.draggable = true;
    person.addEventListener("dragstart", (event) => {
      dragged = person;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", "");
    });
    person.addEventListener("dragend", () => {
      dragged = null;
      form.querySelectorAll(".place-over").forEach((place) => place.classList.remove("place-over"));
    });
    person.querySelector("select").addEventListener("change", (event) => {
      move(person, form.querySelector(`[data-place="${event.target.value}"]`));
      event.target.focus();
    });
  }

  for (const place of form.querySelectorAll("[data-place]")) {
    place.addEventListener("dragover", (event) => {
      if (!dragged) return;
      event.preventDefault();
      place.classList.add("place-over");
    });
    place.addEventListener("dragleave", (event) => {
      if (!place.contains(event.relatedTarget)) place.classList.remove("place-over");
    });
    place.addEventListener("drop", (event) => {
      if (!dragged) return;
      event.preventDefault();
      dragged.querySelector("select").value = placeAt(event.target).dataset.place;
      move(dragged, place);
    });
  }
})();
