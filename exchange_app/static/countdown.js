// Shows how much time is left of a hold. Without it the page says until when (components/states.html).
"use strict";

(() => {
  const pad = (number) => String(number).padStart(2, "0");

  function written(seconds) {
    const hours = Math.floor(seconds / 3600);
    const minutes = Math.floor((seconds % 3600) / 60);
    const rest = `${pad(minutes)}:${pad(seconds % 60)}`;
    return hours ? `${hours}:${rest}` : rest;
  }

  function show(element) {
    const left = Math.max(0, Math.floor((new Date(element.dataset.countdown) - Date.now()) / 1000));
    const words = left ? element.dataset.words.replace("{left}", written(left)) : element.dataset.over;
    element.querySelector(".countdown-left").textContent = words;
    element.classList.toggle("countdown-short", left < 120);
    return left > 0;
  }

  function start(element) {
    if (element.dataset.started || !show(element)) return;
    element.dataset.started = "yes";
    const ticking = setInterval(() => {
      if (!element.isConnected || !show(element)) clearInterval(ticking);
    }, 1000);
  }

  function startAll() {
    document.querySelectorAll("[data-countdown]").forEach(start);
  }

  startAll();
  document.addEventListener("htmx:afterSwap", startAll);
})();
