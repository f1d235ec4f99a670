// Counts that the page was read: a number for the day, nothing about the reader. A page that is left at once, or that the
// reader's browser is told not to count, counts nothing.
"use strict";

(() => {
  const form = document.querySelector("form[data-counts]");
  if (!form || navigator.globalPrivacyControl || navigator.doNotTrack === "1") return;
  setTimeout(() => {
    if (document.visibilityState === "visible") fetch(form.action, { method: "POST", body: new FormData(form), keepalive: true });
  }, 3000);
})();
