// Keeps the pages of roll calls on the phone, so that they open without a connection. What is kept goes as soon as the
// site no longer shows it to this phone: signed out, or not allowed any more.
"use strict";

const KEPT = "roll-calls";
const PATIENCE = 5000; // milliseconds; a poor connection is as good as none

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  event.waitUntil(keep(event.data.keep, event.data.anew));
});

self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== self.location.origin) return;
  if (event.request.mode === "navigate" && address.pathname.startsWith("/roll/")) event.respondWith(newest(event.request));
  else if (address.pathname.startsWith("/static/")) event.respondWith(sameForEver(event.request));
});

// On a poor connection nothing is loaded a second time unless it may have changed.
async function keep(addresses, anew) {
  for (const address of addresses) {
    const request = new Request(address, { credentials: "same-origin" });
    if (anew || !(await caches.match(request.url))) await load(request).catch(() => {});
  }
}

async function load(request) {
  const answer = await fetch(request);
  const cache = await caches.open(KEPT);
  const isRefused = answer.type === "opaqueredirect" || answer.redirected || answer.status === 403 || answer.status === 404;
  if (answer.ok && !isRefused) await cache.put(request.url, answer.clone());
  else if (isRefused && new URL(request.url).pathname.startsWith("/roll/")) await caches.delete(KEPT);
  return answer;
}

async function newest(request) {
  const kept = await caches.match(request.url);
  if (!kept) return load(request);
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE, kept));
  const fresh = load(request).then((answer) => (answer.status >= 500 ? kept : answer), () => kept);
  return Promise.race([fresh, late]);
}

async function sameForEver(request) {
  return (await caches.match(request.url)) ?? load(request);
}
