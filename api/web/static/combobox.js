// Search as you type, for any field <input data-combo="ADDRESS">, as the combobox pattern of ARIA has it. The address is asked with ?q=what is typed and answers
//   {"said": "3 results", "items": [{"value": "text for the field", "label": "what is shown", "note": "what tells it apart", "group": "its kind", "href": "where it leads"}], "create": "Create “x”"}
// Choosing an item puts its value into the field, or goes to its href. "create" is a last choice: it ticks the box that
// data-create="ID" names and leaves the field as typed. "said" is read out. Without this script the field is a plain one,
// with its datalist if it has one; when the server cannot be asked it stays one.
(() => {
  "use strict";
  const pause = 120;
  let count = 0;

  const enhance = (input) => {
    if (input.dataset.comboReady) return;
    input.dataset.comboReady = "1";
    const list = document.createElement("div");
    list.id = "combo-" + ++count;
    list.className = "combo-list";
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", input.labels && input.labels[0] ? input.labels[0].textContent.trim() : input.getAttribute("aria-label") || "");
    const frame = document.createElement("span");
    frame.className = "combo";
    const had = document.activeElement === input, from = input.selectionStart, to = input.selectionEnd;
    input.before(frame);
    frame.append(input, list);
    if (had) { input.focus(); try { input.setSelectionRange(from, to); } catch { /* of a type without a selection */ } }
    input.removeAttribute("list");
    for (const [k, v] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", list.id], ["autocomplete", "off"]]) input.setAttribute(k, v);

    let timer, asking, at = -1, shown = "";
    const options = () => [...list.querySelectorAll("[role=option]")];
    const close = () => {
      clearTimeout(timer);
      if (asking) asking.abort();
      list.hidden = true;
      at = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    };
    const mark = (n) => {
      const all = options();
      if (!all.length) return;
      at = (n + all.length) % all.length;
      all.forEach((o, i) => o.setAttribute("aria-selected", String(i === at)));
      input.setAttribute("aria-activedescendant", all[at].id);
      all[at].scrollIntoView({ block: "nearest" });
    };
    const put = (value) => {
      input.value = shown = value;
      input.dispatchEvent(new Event("input", { bubbles: true }));
      input.dispatchEvent(new Event("change", { bubbles: true }));
      close();
    };
    const choose = (o) => {
      if (o.dataset.href) { close(); location.assign(o.dataset.href); return; }
      const box = document.getElementById(input.dataset.create || "");
      if (box) { box.checked = o.dataset.create !== undefined; box.dispatchEvent(new Event("change", { bubbles: true })); }
      put(o.dataset.create !== undefined ? input.value.trim() : o.dataset.value);
    };
    const say = (words) => { const said = document.getElementById("said"); if (said) said.textContent = words || ""; };
    const option = (item, n) => {
      const o = document.createElement("div");
      o.id = list.id + "-" + n;
      o.setAttribute("role", "option");
      o.setAttribute("aria-selected", "false");
      const name = document.createElement("span");
      name.textContent = item.label;
      o.append(name);
      if (item.note) {
        const note = document.createElement("span");
        note.className = "combo-note";
        note.textContent = item.note;
        o.append(" ", note);
      }
      return o;
    };
    const group = (title) => {
      const g = document.createElement("div"), name = document.createElement("p");
      g.setAttribute("role", "group");
      g.setAttribute("aria-label", title);
      name.setAttribute("aria-hidden", "true");
      name.textContent = title;
      g.append(name);
      list.append(g);
      return g;
    };
    const ask = async () => {
      if (asking) asking.abort();
      asking = new AbortController();
      const address = new URL(input.dataset.combo, location.href);
      address.searchParams.set("q", input.value.trim());
      let answer;
      try {
        const got = await fetch(address, { headers: { Accept: "application/json" }, credentials: "same-origin", signal: asking.signal });
        if (!got.ok) return close();
        answer = await got.json();
      } catch { return; }
      if (document.activeElement !== input) return;
      list.replaceChildren();
      list.scrollTop = 0;
      const items = answer.items || [];
      let into = list, of = "";
      items.forEach((item, n) => {
        if ((item.group || "") !== of) into = (of = item.group || "") ? group(of) : list;
        const o = option(item, n);
        if (item.href) o.dataset.href = item.href; else o.dataset.value = item.value;
        into.append(o);
      });
      if (answer.create) {
        const o = option({ label: answer.create }, items.length);
        o.className = "combo-create";
        o.dataset.create = "";
        list.append(o);
      }
      say(answer.said);
      at = -1;
      input.removeAttribute("aria-activedescendant");
      list.hidden = !list.children.length;
      input.setAttribute("aria-expanded", String(!list.hidden));
    };

    input.addEventListener("input", () => {
      if (input.value === shown) return;
      shown = input.value;
      clearTimeout(timer);
      if (!input.value.trim()) return close();
      timer = setTimeout(ask, pause);
    });
    input.addEventListener("keydown", (e) => {
      if (e.key === "ArrowDown" || e.key === "ArrowUp") {
        e.preventDefault();
        if (list.hidden) ask(); else mark(at + (e.key === "ArrowDown" ? 1 : at < 0 ? 0 : -1));
      } else if (e.key === "Enter" && !list.hidden && at >= 0) {
        e.preventDefault();
        choose(options()[at]);
      } else if (e.key === "Escape" && !list.hidden) {
        e.preventDefault();
        e.stopPropagation();
        close();
      }
    });
    input.addEventListener("blur", close);
    list.addEventListener("pointerdown", (e) => e.preventDefault()); // the field keeps the focus
    list.addEventListener("click", (e) => { const o = e.target.closest("[role=option]"); if (o) choose(o); });
  };

  document.addEventListener("focusin", (e) => { if (e.target.matches && e.target.matches("input[data-combo]")) enhance(e.target); });
  if (document.activeElement && document.activeElement.matches("input[data-combo]")) enhance(document.activeElement);
})();
