// What somebody types stays in this tab until it was taken: through a lost session, a closed page, Back. Nothing of it
// is kept in the browser once the tab is closed, or once somebody signs out here.
"use strict";

(() => {
  const PREFIX = "draft ";
  const SENT = "drafts sent";
  const WAITS = "drafts wait for a sign-in";
  const PAUSE = 400; // milliseconds
  const KEPT_TYPES = new Set(["text", "email", "tel", "number", "date", "time", "datetime-local", "search", "url", "radio", "checkbox", "textarea", "select-one", "select-multiple"]);
  const forms = [...document.querySelectorAll("main form[method=post]")].filter((form) => !form.querySelector("[type=password]"));

  let isSigningOut = false;

  const keyOf = (form) => PREFIX + location.pathname + " " + new URL(form.action).pathname;
  const fieldsOf = (form) => [...form.elements].filter((field) => field.name && KEPT_TYPES.has(field.type));
  const isChosen = (field) => field.type === "radio" || field.type === "checkbox";
  const valueOf = (field) => isChosen(field) ? field.checked : field.multiple ? [...field.selectedOptions].map((one) => one.value) : field.value;
  const nameOf = (field) => isChosen(field) ? `${field.name}=${field.value}` : field.name;
  const contentOf = (form) => Object.fromEntries(fieldsOf(form).map((field) => [nameOf(field), valueOf(field)]));

  function keep(form) {
    if (!isSigningOut) sessionStorage.setItem(keyOf(form), JSON.stringify(contentOf(form)));
  }

  function put(field, value) {
    if (isChosen(field)) field.checked = value;
    else if (field.multiple) for (const one of field.options) one.selected = value.includes(one.value);
    else field.value = value;
  }

  function restore(form, draft) {
    form.dispatchEvent(new CustomEvent("draft", { detail: draft })); // a form that grows makes room for it
    for (const field of fieldsOf(form)) if (nameOf(field) in draft) put(field, draft[nameOf(field)]);
    form.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function offer(form, asSent) {
    const notice = document.getElementById("draft-restored").content.firstElementChild.cloneNode(true);
    notice.querySelector("button").addEventListener("click", () => {
      restore(form, asSent);
      sessionStorage.removeItem(keyOf(form));
      notice.remove();
    });
    form.before(notice);
  }

  // A form that was sent and answered by another page than a sign-in was taken; one that stands here again was not. The
  // page that comes after signing in shows what was typed before.
  function forgetWhatWasTaken() {
    const sent = JSON.parse(sessionStorage.getItem(SENT) ?? "[]");
    if (!sent.length) return;
    if (document.querySelector("main [type=password]")) {
      sessionStorage.setItem(WAITS, "yes");
      return;
    }
    const isRefused = document.querySelector(".is-invalid, #errors");
    const kept = new Set(sessionStorage.getItem(WAITS) ? sent : isRefused ? forms.map(keyOf) : []);
    for (const key of sent) if (!kept.has(key)) sessionStorage.removeItem(key);
    for (const key of [SENT, WAITS]) sessionStorage.removeItem(key);
  }

  forgetWhatWasTaken();

  for (const form of forms) {
    const asServed = contentOf(form);
    const draft = JSON.parse(sessionStorage.getItem(keyOf(form)) ?? "null");
    const isRefused = form.querySelector(".is-invalid");
    if (draft && !isRefused && JSON.stringify({ ...asServed, ...draft }) !== JSON.stringify(asServed)) {
      restore(form, draft);
      offer(form, asServed);
    }
    let pause;
    form.addEventListener("input", () => {
      clearTimeout(pause);
      pause = setTimeout(keep, PAUSE, form);
    });
    form.addEventListener("submit", () => {
      clearTimeout(pause);
      keep(form);
      sessionStorage.setItem(SENT, JSON.stringify([keyOf(form)]));
    });
  }

  document.querySelector("form[action$='/sign-out']")?.addEventListener("submit", () => {
    isSigningOut = true;
    sessionStorage.clear();
    self.caches?.delete("roll-calls"); // the pages with names that roll-worker.js keeps for the way
  });
})();
