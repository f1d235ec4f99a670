// Says that something is on its way, and lets nobody send a form twice by pressing twice. The look comes with site.css, and
// only where it takes longer than a moment. Without it forms are sent as ever, and what was sent twice is known there.
"use strict";

(() => {
  const MOMENT = 300; // milliseconds
  const LONGEST = 30_000; // after that somebody may well press again
  const said = document.getElementById("at-work");
  let saying;

  function begin(element) {
    element.setAttribute("aria-busy", "true");
    clearTimeout(saying);
    saying = setTimeout(() => { said.textContent = said.dataset.words; }, MOMENT);
  }

  function end(element) {
    element.removeAttribute("aria-busy");
    clearTimeout(saying);
    said.textContent = "";
  }

  const endAll = () => document.querySelectorAll("[aria-busy]").forEach(end);

  // A form that htmx sends, or another script, is not left to the browser: it was prevented.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const givesFile = [form, event.submitter].some((one) => one && "givesFile" in one.dataset); // the page stays
    if (event.defaultPrevented || form.method !== "post" || givesFile) return;
    if (form.hasAttribute("aria-busy")) {
      event.preventDefault();
      return;
    }
    begin(form);
    event.submitter?.classList.add("is-at-work");
    setTimeout(end, LONGEST, form);
  });

  document.addEventListener("htmx:beforeRequest", (event) => begin(event.target));
  document.addEventListener("htmx:afterRequest", (event) => end(event.target));
  document.addEventListener("keydown", (event) => event.key === "Escape" && endAll()); // stops a page that is on its way
  addEventListener("pageshow", endAll); // somebody came Back
})();
