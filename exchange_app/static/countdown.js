// Lets the words about the time that is left go on as the server began them (web/formats.py, left_in_words), and says them
// to whoever does not see them at ten, five and one minute. Once the time is up, what was for before goes and what is for
// afterwards comes: [data-while-held], [data-when-over].
"use strict";

(() => {
  const SAID_AT = [10, 5, 1]; // minutes
  const STEP = 1000;

  function written(words, seconds) {
    const minutes = Math.floor(seconds / 60);
    const hours = Math.floor(minutes / 60);
    if (hours >= 48) return null; // days are no hurry: the server's words stay
    if (hours) return words.hours.replace("{hours}", hours).replace("{minutes}", minutes % 60);
    if (minutes > 1) return words.minutes.replace("{minutes}", minutes);
    if (minutes === 1) return words.minute;
    return seconds > 0 ? words.seconds : words.over;
  }

  function say(element, text) {
    element.querySelector(".countdown-said").textContent = text;
  }

  function end(element) {
    say(element, element.dataset.over);
    if (!document.querySelector("[data-when-over]")) return;
    const hadFocus = document.activeElement?.closest("[data-while-held]");
    for (const one of document.querySelectorAll("[data-while-held]")) one.hidden = true;
    for (const one of document.querySelectorAll("[data-when-over]")) one.hidden = false;
    if (hadFocus) document.querySelector("button[data-when-over]")?.focus();
  }

  function start(element) {
    if (element.dataset.started) return;
    element.dataset.started = "yes";
    const endsAt = Date.now() + Number(element.dataset.left) * 1000; // the reader's clock may be wrong, but it goes on
    const notSaid = new Set(SAID_AT.filter((minutes) => minutes * 60 < Number(element.dataset.left)));

    function show() {
      const left = Math.max(0, Math.floor((endsAt - Date.now()) / 1000));
      const words = written(element.dataset, left);
      const shown = element.querySelector(".countdown-left");
      if (words !== null && shown.textContent !== words) shown.textContent = words;
      element.classList.toggle("countdown-short", left < 120);
      for (const minutes of notSaid) {
        if (left > minutes * 60) continue;
        notSaid.delete(minutes);
        say(element, words);
      }
      if (left === 0) end(element);
      return left > 0;
    }

    if (!show()) return;
    const ticking = setInterval(() => {
      if (!element.isConnected || !show()) clearInterval(ticking);
    }, STEP);
  }

  function startAll() {
    document.querySelectorAll("[data-countdown]").forEach(start);
  }

  startAll();
  document.addEventListener("htmx:afterSwap", startAll);
})();
