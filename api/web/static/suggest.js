// Suggestions under the search field, as the combobox pattern of ARIA has them. Without this file the field searches as any.
(() => {
  "use strict";
  const field = document.getElementById("q");
  const form = field && field.form;
  if (!form || !form.dataset.suggest) return;
  const list = document.createElement("div");
  list.id = "q-list";
  list.className = "suggest";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", form.dataset.list);
  form.append(list);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "q-list" })) field.setAttribute(name, value);

  const options = () => [...list.querySelectorAll("[role=option]")];
  const said = document.getElementById("said");
  let at = -1, asked = "", waiting = 0, under = null;

  const mark = (n) => {
    const all = options();
    at = n;
    all.forEach((o, i) => o.setAttribute("aria-selected", i === n));
    if (n < 0) { field.removeAttribute("aria-activedescendant"); return; }
    field.setAttribute("aria-activedescendant", all[n].id);
    all[n].scrollIntoView({ block: "nearest" });
  };
  const shut = () => {
    clearTimeout(waiting);
    if (under) under.abort();
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    asked = "";
    mark(-1);
  };
  const show = (html) => {
    const got = new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
    if (!got) return shut();
    list.replaceChildren(...got.children);
    list.hidden = false;
    list.scrollTop = 0;
    field.setAttribute("aria-expanded", "true");
    mark(-1);
    if (said) said.textContent = got.dataset.says || "";
  };
  const ask = async () => {
    const q = field.value.trim();
    if (q.length < 2) return shut();
    if (q === asked) return;
    asked = q;
    if (under) under.abort();
    under = new AbortController();
    try {
      const r = await fetch(form.dataset.suggest + "?q=" + encodeURIComponent(q), { signal: under.signal, credentials: "same-origin", redirect: "error" });
      const html = r.ok ? await r.text() : "";
      if (field.value.trim() !== q || document.activeElement !== field) return;
      html ? show(html) : shut();
    } catch (e) { /* another was asked, or the network is away: the field searches all the same */ }
  };
  const open = (option) => { const to = option.dataset.href; shut(); location.href = to; };

  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 90);
  });
  field.addEventListener("keydown", (e) => {
    if (e.isComposing || e.ctrlKey || e.metaKey || e.altKey) return;
    const all = options(), shown = !list.hidden;
    if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      if (!shown) { asked = ""; ask(); e.preventDefault(); return; }
      e.preventDefault();
      const step = e.key === "ArrowDown" ? 1 : -1;
      const next = at + step;
      mark(next >= all.length ? -1 : next < -1 ? all.length - 1 : next);
    } else if (e.key === "Enter" && shown && at >= 0) {
      e.preventDefault();
      open(all[at]);
    } else if (e.key === "Escape" && shown) {
      e.preventDefault();
      shut();
    } else if (e.key === "Tab") shut();
  });
  field.addEventListener("blur", () => setTimeout(() => list.contains(document.activeElement) || shut()));
  list.addEventListener("mousedown", (e) => e.preventDefault()); // the field keeps the focus
  list.addEventListener("click", (e) => { const o = e.target.closest("[role=option]"); if (o) open(o); });
})();
