// Passkeys: the only thing on these pages that needs a script, because browsers hand keys to scripts alone. The blocks
// that offer them are hidden until this runs.
(() => {
  "use strict";
  if (!window.PublicKeyCredential || !navigator.credentials) return;
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const named = (list) => (list || []).map((k) => ({ ...k, id: bytes(k.id) }));

  // Browsers that know the JSON forms do this themselves; others are helped.
  const toMake = (o) => PublicKeyCredential.parseCreationOptionsFromJSON ? PublicKeyCredential.parseCreationOptionsFromJSON(o)
    : { ...o, challenge: bytes(o.challenge), user: { ...o.user, id: bytes(o.user.id) }, excludeCredentials: named(o.excludeCredentials) };
  const toUse = (o) => PublicKeyCredential.parseRequestOptionsFromJSON ? PublicKeyCredential.parseRequestOptionsFromJSON(o)
    : { ...o, challenge: bytes(o.challenge), allowCredentials: named(o.allowCredentials) };
  const written = (k) => {
    if (k.toJSON) return k.toJSON();
    const r = k.response, response = { clientDataJSON: text(r.clientDataJSON) };
    for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) if (r[part]) response[part] = text(r[part]);
    return { id: k.id, rawId: text(k.rawId), type: k.type, response, clientExtensionResults: k.getClientExtensionResults() };
  };

  const ask = async (at, body) => {
    const answer = await fetch(at, { method: "POST", headers: { "Content-Type": "application/json", Accept: "application/json" }, body: JSON.stringify(body), credentials: "same-origin" });
    const said = await answer.json();
    if (!answer.ok) throw new Error(said.message || "");
    return said;
  };

  for (const block of document.querySelectorAll("[data-passkey]")) {
    const button = block.querySelector("button"), fault = block.querySelector("[role=alert]"), name = block.querySelector("input");
    block.hidden = false;
    button.addEventListener("click", async () => {
      fault.hidden = true;
      button.disabled = true;
      try {
        const { pass, options } = await ask(block.dataset.begin, {});
        const key = block.dataset.passkey === "add" ? await navigator.credentials.create({ publicKey: toMake(options.publicKey) })
          : await navigator.credentials.get({ publicKey: toUse(options.publicKey) });
        const { to } = await ask(block.dataset.finish, { pass, name: name ? name.value : "", next: block.dataset.next || "", answer: written(key) });
        location.assign(to);
      } catch (e) {
        // What a browser says of a key that was not used is in its own words and language; ours say what to do.
        fault.textContent = e instanceof DOMException || !e.message ? block.dataset.failed : e.message;
        fault.hidden = false;
        button.disabled = false;
      }
    });
  }
})();
