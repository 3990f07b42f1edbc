// What somebody writes into a form is kept in this tab until the server says that it has it: a network that breaks or a
// page that is left by mistake loses nothing. Passwords, codes and files are never kept; signing out forgets everything.
(() => {
  "use strict";
  const words = document.getElementById("drafts");
  if (!words) return;
  let box;
  try { box = window.sessionStorage; box.getItem(""); } catch { return; } // a browser that is told to keep nothing
  const all = "vigie.draft.", mine = all + words.dataset.who + " ", most = 200000;
  const keys = (start) => Object.keys(box).filter((k) => k.startsWith(start));
  const read = (k) => { try { return JSON.parse(box.getItem(k)); } catch { return null; } };
  const forget = (list) => list.forEach((k) => box.removeItem(k));

  // Whoever used this tab before has no business in it any more.
  forget(keys(all).filter((k) => !k.startsWith(mine)));
  document.addEventListener("submit", (e) => { if (/\/(signout|account\/sessions\/all)$/.test(e.target.getAttribute("action") || "")) forget(keys(all)); });

  // The server names the form that it took in a cookie, once.
  const took = /(?:^|; )vigie_took=([a-z0-9]+)/.exec(document.cookie);
  if (took) {
    forget(keys(mine).filter((k) => (read(k) || {}).id === took[1]));
    document.cookie = "vigie_took=; Path=/; Max-Age=0; SameSite=Lax" + (location.protocol === "https:" ? "; Secure" : "");
  }

  const secret = (x) => x.type === "password" || /password|one-time-code/.test(x.autocomplete || "");
  const typed = (form) => [...form.elements].filter((x) => x.name && x.matches("input, select, textarea") && !["hidden", "file", "submit", "button", "image", "reset"].includes(x.type) && !secret(x));
  const carried = (form) => [...form.elements].filter((x) => x.type === "hidden" && x.name);
  const passing = (name) => name === "key" || name === "revision" || name === "saw" || name.startsWith("seen.");
  const state = (form) => typed(form).map((x) => x.type === "checkbox" || x.type === "radio" ? [x.name, x.value, x.checked] : [x.name, x.multiple ? [...x.selectedOptions].map((o) => o.value) : x.value]);
  const about = (form) => carried(form).filter((x) => !passing(x.name) && !/^(src\.|person\.|draft$|on$)/.test(x.name)).map((x) => x.name + "=" + x.value).join("&");
  const random = () => [...crypto.getRandomValues(new Uint8Array(10))].map((b) => b.toString(16).padStart(2, "0")).join("");

  const reachable = async () => {
    try { await fetch("/healthz", { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(10000) }); return true; } catch { return false; }
  };
  const note = (role, text, ...buttons) => {
    const div = document.createElement("div"), p = document.createElement("p"), row = document.createElement("p");
    div.className = "notice draft";
    div.setAttribute("role", role);
    div.tabIndex = -1;
    p.textContent = text;
    row.className = "row";
    for (const [label, plain, act] of buttons) {
      const b = document.createElement("button");
      b.type = "button";
      b.textContent = label;
      if (plain) b.className = "plain-button";
      b.addEventListener("click", act);
      row.append(b);
    }
    div.append(p, ...(buttons.length ? [row] : []));
    return div;
  };

  for (const form of document.querySelectorAll("main form")) {
    if (form.method !== "post" || form.dataset.draft === "no" || [...form.elements].some(secret) || !typed(form).length) continue;
    const key = mine + form.getAttribute("action") + " " + about(form);
    let old = read(key), offered = null, told = null, going = false;
    let id = old ? old.id : random();

    const keep = (sent) => {
      const x = { id, at: Date.now(), sent: sent || !!(old && old.sent), values: state(form), carried: carried(form).filter((h) => passing(h.name)).map((h) => [h.name, h.value]) };
      const text = JSON.stringify(x);
      if (text.length > most) return;
      try { box.setItem(key, text); old = x; } catch { /* it is full: the form itself still holds everything */ }
    };
    const put = () => {
      const left = old.values.slice();
      for (const x of typed(form)) {
        const check = x.type === "checkbox" || x.type === "radio";
        const i = left.findIndex((v) => v[0] === x.name && (!check || v[1] === x.value));
        if (i < 0) continue;
        const [v] = left.splice(i, 1);
        if (check) x.checked = v[2];
        else if (x.multiple) for (const o of x.options) o.selected = v[1].includes(o.value);
        else x.value = v[1];
        x.dispatchEvent(new Event("input", { bubbles: true }));
      }
      // What was sent may be recorded: with the same key it is not recorded twice, and what others did since is seen.
      for (const [name, value] of old.carried) {
        if (name === "key" && !old.sent) continue;
        const x = carried(form).find((h) => h.name === name);
        if (x) x.value = value;
      }
    };
    const close = () => {
      offered.remove();
      offered = null;
      const first = typed(form)[0];
      if (first) first.focus();
    };

    if (old && JSON.stringify(old.values) !== JSON.stringify(state(form))) {
      const when = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" }).format(new Date(old.at));
      offered = note("status", (old.sent ? words.dataset.sent : words.dataset.kept).replace("{time}", when),
        [words.dataset.put, false, () => { const x = offered; put(); close(); x.remove(); }],
        [words.dataset.discard, true, () => { box.removeItem(key); old = null; id = random(); close(); }]);
      form.before(offered);
    }
    form.addEventListener("input", () => { if (!offered) keep(false); });
    form.addEventListener("change", () => { if (!offered) keep(false); });
    form.addEventListener("submit", async (e) => {
      if (e.defaultPrevented && !going) return; // another script does the sending
      if (going) { going = false; return; }
      e.preventDefault();
      const by = e.submitter;
      if (offered) { offered.remove(); offered = null; old = null; }
      let named = form.querySelector('input[name="draft"]');
      if (!named) {
        named = document.createElement("input");
        named.type = "hidden";
        named.name = "draft";
        form.append(named);
      }
      named.value = id;
      keep(false);
      if (told) { told.remove(); told = null; }
      if (!(await reachable())) {
        told = note("alert", words.dataset.offline);
        (by && by.closest("p, div") || form.lastElementChild).before(told);
        told.focus();
        return;
      }
      keep(true);
      going = true;
      form.requestSubmit(by);
    });
    addEventListener("online", () => { if (told) told.firstElementChild.textContent = words.dataset.online; });
    addEventListener("pageshow", () => { going = false; });
  }
})();
