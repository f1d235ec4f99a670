// Makes and uses passkeys. A form of class `passkey` is shown where the browser knows them; its `credential` is filled in
// with what the browser answers to the question that the server asks at the form's `data-challenge`.
"use strict";

(() => {
  if (!window.PublicKeyCredential) return;

  const ASK_ANEW = 4 * 60 * 1000; // the server forgets its question after five minutes
  let waiting = null; // for a passkey that the browser offers while an address is typed

  const toBytes = (text) => {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
  };
  const toText = (buffer) => {
    const plain = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
  };

  async function question(form) {
    const answer = await fetch(form.dataset.challenge, {
      method: "POST",
      headers: {"X-CSRFToken": form.elements.csrf_token.value, "Accept": "application/json"},
    });
    if (!answer.ok || answer.redirected) throw new Error("no question");
    const options = await answer.json();
    options.challenge = toBytes(options.challenge);
    if (options.user) options.user.id = toBytes(options.user.id);
    for (const known of [...(options.allowCredentials ?? []), ...(options.excludeCredentials ?? [])]) {
      known.id = toBytes(known.id);
    }
    return options;
  }

  function written(credential) {
    const said = credential.response;
    const response = {clientDataJSON: toText(said.clientDataJSON)};
    for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (said[part]) response[part] = toText(said[part]);
    }
    return JSON.stringify({
      id: credential.id,
      rawId: toText(credential.rawId),
      type: credential.type,
      response,
      clientExtensionResults: credential.getClientExtensionResults(),
    });
  }

  function send(form, credential) {
    form.elements.credential.value = written(credential);
    form.submit();
  }

  async function ask(form) {
    const problem = form.querySelector(".passkey-problem");
    const button = form.querySelector("[type=submit]");
    problem.hidden = true;
    button.disabled = true;
    waiting?.abort();
    try {
      const publicKey = await question(form);
      const isNew = form.dataset.kind === "new";
      send(form, await (isNew ? navigator.credentials.create({publicKey}) : navigator.credentials.get({publicKey})));
    } catch (reason) {
      problem.textContent = reason.name === "InvalidStateError" ? form.dataset.known : form.dataset.refused;
      problem.hidden = false;
      button.disabled = false;
    }
  }

  async function offer(form) {
    if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
    const mine = (waiting = new AbortController());
    const again = setTimeout(() => {
      mine.abort();
      offer(form);
    }, ASK_ANEW);
    try {
      const publicKey = await question(form);
      send(form, await navigator.credentials.get({publicKey, mediation: "conditional", signal: mine.signal}));
    } catch {
      // Somebody went another way.
      if (mine !== waiting) clearTimeout(again);
    }
  }

  for (const form of document.querySelectorAll("form.passkey")) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (form.reportValidity()) ask(form);
    });
    if ("autofill" in form.dataset) offer(form);
  }
})();
