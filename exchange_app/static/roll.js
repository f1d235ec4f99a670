// A roll call that works without a connection: each tap is an entry that is kept on the phone under a name of its own
// until the site says that it has it. Entries hold ids, no names. Without this script the page is a form.
"use strict";

(() => {
  const status = document.querySelector("[data-roll]");
  const { roll: code, call } = status.dataset;
  const form = document.querySelector("form.roll");
  const PREFIX = `roll:${code}:`;
  const KNOWN = `roll-known:${code}`; // where the calls stood when the site last said so
  const AT_ONCE = 500;
  const EVERY = 20_000; // milliseconds

  // ---- what is kept on the phone

  function waiting() {
    const entries = Object.keys(localStorage).filter((key) => key.startsWith(PREFIX)).map((key) => JSON.parse(localStorage.getItem(key)));
    return entries.sort((one, other) => one.at.localeCompare(other.at) || one.id.localeCompare(other.id));
  }

  function keep(entry) {
    const id = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
    localStorage.setItem(PREFIX + id, JSON.stringify({ id, call: Number(call), at: new Date().toISOString(), ...entry }));
  }

  const known = () => JSON.parse(localStorage.getItem(KNOWN) ?? "{}");

  // ---- what the page shows

  function show() {
    if (!form) return;
    const told = known()[call] ?? null;
    const states = told ? { ...told.states } : Object.fromEntries([...form.querySelectorAll("[data-person]")].map((person) => [person.dataset.person, person.querySelector("input[type=hidden]").value]));
    for (const entry of waiting()) if (String(entry.call) === call && entry.state) states[entry.person] = entry.state;
    const counts = { present: 0, missing: 0 };
    for (const person of form.querySelectorAll("[data-person]")) {
      const state = states[person.dataset.person] ?? "";
      person.dataset.state = state;
      for (const choice of person.querySelectorAll("input[type=radio]")) choice.checked = choice.value === state;
      if (state) counts[state] += 1;
    }
    form.querySelector(".roll-present").textContent = counts.present;
    form.querySelector(".roll-missing").textContent = counts.missing;
  }

  function say(what, facts = {}) {
    let words = status.dataset[`words${what}`];
    for (const [name, fact] of Object.entries({ count: waiting().length, ...facts })) words = words.replace(`{${name}}`, fact);
    status.hidden = false;
    status.dataset.standing = what;
    status.querySelector(".roll-words").textContent = words;
    status.querySelector(".roll-sign-in").hidden = what !== "SignedOut";
  }

  // ---- sending

  async function ask(address, options = {}) {
    const answer = await fetch(address, { ...options, headers: { Accept: "application/json", ...options.headers }, signal: AbortSignal.timeout(15_000) });
    if (!answer.ok) throw Object.assign(new Error("refused"), { status: answer.status });
    return answer.json();
  }

  let isSending = false;
  let isWanted = false; // what was entered while others were being sent

  async function send() {
    isWanted = isSending;
    if (isSending) return;
    if (!navigator.onLine) {
      say(waiting().length ? "Waiting" : "Away");
      return;
    }
    isSending = true;
    try {
      let told = await ask(status.dataset.state);
      for (let entries = waiting().slice(0, AT_ONCE); entries.length; entries = waiting().slice(0, AT_ONCE)) {
        const headers = { "Content-Type": "application/json", "X-CSRFToken": told.csrf_token };
        const body = JSON.stringify({ sent_at: new Date().toISOString(), entries });
        const answer = await ask(status.dataset.entries, { method: "POST", headers, body });
        for (const id of answer.kept) localStorage.removeItem(PREFIX + id);
        told = { ...told, calls: answer.calls };
      }
      localStorage.setItem(KNOWN, JSON.stringify(told.calls));
      say("Sent");
    } catch (problem) {
      if (problem.status === 401) say("SignedOut");
      else if (problem.status >= 400 && problem.status < 500) say("Refused");
      else say(waiting().length ? "Waiting" : "Away");
    } finally {
      isSending = false;
      show();
      if (isWanted) send();
    }
  }

  let soon;

  function sendSoon() {
    show();
    clearTimeout(soon);
    soon = setTimeout(send, 300);
  }

  // ---- calling the roll

  function enterHeads() {
    const typed = form.elements.head_count.value.normalize("NFKC").trim();
    if (!/^[0-9]{1,4}$/.test(typed)) return null;
    keep({ count: Number(typed) });
    return Number(typed);
  }

  form?.addEventListener("change", (event) => {
    const person = event.target.closest("[data-person]");
    if (!person) return;
    keep({ person: Number(person.dataset.person), state: event.target.value });
    sendSoon();
  });

  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    const counted = enterHeads();
    const people = form.querySelectorAll("[data-person]");
    if (event.submitter?.name === "everybody") {
      if (counted !== people.length) {
        if (counted === null) form.elements.head_count.focus();
        say(counted === null ? "Uncounted" : "Differ", { counted, persons: people.length });
        return;
      }
      for (const person of people) keep({ person: Number(person.dataset.person), state: "present" });
    }
    sendSoon();
  });

  // ---- the phone

  async function keepPages() {
    await navigator.serviceWorker.register(status.dataset.worker, { scope: status.dataset.scope });
    const { active } = await navigator.serviceWorker.ready;
    const files = [...document.querySelectorAll("link[rel=stylesheet], script[src], link[rel=icon]")].map((file) => file.href || file.src);
    const drawings = [...document.querySelectorAll("use")].map((use) => new URL(use.getAttribute("href"), location.href).href.split("#")[0]);
    const pages = [location.pathname, status.dataset.list, ...JSON.parse(status.dataset.pages)];
    active.postMessage({ keep: [...new Set([...files, ...drawings])], anew: false });
    active.postMessage({ keep: [...new Set(pages)], anew: !form });
  }

  status.querySelector(".roll-forget").addEventListener("click", async () => {
    if (waiting().length) {
      say("Waiting");
      return;
    }
    localStorage.removeItem(KNOWN);
    await caches.delete("roll-calls");
    say("Forgotten");
  });

  if (navigator.serviceWorker) keepPages().catch(() => {});
  addEventListener("online", send);
  addEventListener("offline", send);
  document.addEventListener("visibilitychange", () => document.hidden || send());
  setInterval(() => document.hidden || send(), EVERY);
  show();
  send();
})();
