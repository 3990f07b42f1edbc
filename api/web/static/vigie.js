// What pages do beyond links and forms. Everything here is a comfort: without it each page still does its work.
(() => {
  "use strict";
  const typing = (el) => el && (el.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(el.tagName));

  // The key "/" goes to the search field, as on the sites that people know.
  document.addEventListener("keydown", (e) => {
    if (e.key !== "/" || e.ctrlKey || e.metaKey || e.altKey || typing(document.activeElement)) return;
    const field = document.getElementById("q");
    if (!field || !field.offsetParent) return;
    e.preventDefault();
    field.focus();
    field.select();
  });

  // Escape and a press elsewhere close a menu.
  const menus = () => document.querySelectorAll("details.menu[open]");
  document.addEventListener("click", (e) => menus().forEach((m) => m.contains(e.target) || (m.open = false)));
  document.addEventListener("keydown", (e) => {
    if (e.key !== "Escape") return;
    menus().forEach((m) => {
      const inside = m.contains(document.activeElement);
      m.open = false;
      if (inside) m.querySelector("summary").focus();
    });
  });

  // A slider and its number say the same. Only the number is sent.
  document.addEventListener("input", (e) => {
    const name = e.target.dataset && e.target.dataset.pair;
    if (!name) return;
    const other = document.getElementById(name);
    if (other) other.value = e.target.value;
  });

  // A press on "copy" puts the citation of a line on the clipboard and says so. Where many lines are cited alike, the words
  // of a citation are on what holds them, and each line gives its title and what it says.
  const cited = (line, cite) => {
    const last = (what) => { const x = line.querySelector(what); return x ? x.lastChild.textContent.trim() : ""; };
    return cite.replace("{title}", () => last(".crit-title, .ko-head h3")).replace("{says}", () => last("summary .num, .tag"));
  };
  document.addEventListener("click", async (e) => {
    const button = e.target.closest && e.target.closest("button.copy");
    if (!button || !navigator.clipboard) return;
    const all = button.closest("[data-cite]"), line = all && button.closest("[id]");
    const { copy = cited(line, all.dataset.cite), at = "#" + line.id, done = all.dataset.done } = button.dataset;
    await navigator.clipboard.writeText(copy.replace("{address}", () => new URL(at, location.href).href));
    const said = document.getElementById("said");
    if (said) said.textContent = done;
    button.classList.add("done");
    setTimeout(() => button.classList.remove("done"), 2000);
  });
  document.documentElement.classList.add("can-script");
  if (navigator.clipboard) document.documentElement.classList.add("can-copy");

  // The drawer takes the focus when it is filled, and gives it back when it is closed.
  const drawer = () => document.getElementById("drawer");
  let from = null;
  document.addEventListener("click", (e) => { if (e.target.closest && e.target.closest("a.cell")) from = e.target.closest("a.cell"); });
  document.addEventListener("htmx:after:swap", () => {
    const title = drawer() && drawer().firstElementChild && document.getElementById("reason-title");
    if (title && from) title.focus();
  });
  const shut = () => {
    if (!drawer() || !drawer().firstElementChild) return false;
    drawer().replaceChildren();
    if (from) from.focus();
    from = null;
    return true;
  };
  document.addEventListener("click", (e) => { if (e.target.closest && e.target.closest("[data-close]")) shut(); });
  document.addEventListener("keydown", (e) => { if (e.key === "Escape") shut(); });

  // A link to a line opens what folds it away.
  const reveal = () => {
    const at = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!at) return;
    for (let d = at.closest("details"); d; d = d.parentElement && d.parentElement.closest("details")) d.open = true;
    at.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  if (location.hash) reveal();

  // Links of a comparison keep the weights that were moved since it was loaded: the address has them.
  document.addEventListener("click", (e) => {
    const link = e.target.closest && e.target.closest("main a[href*='/compare']");
    if (!link || link.closest(".weigh") || !document.querySelector(".weigh")) return;
    const to = new URL(link.href), now = new URLSearchParams(location.search);
    if (to.origin !== location.origin || to.pathname !== location.pathname || !to.searchParams.has("offering")) return;
    for (const [name, value] of now) if (name.startsWith("w.") || name === "conviction") to.searchParams.set(name, value);
    link.href = to.href;
  }, true);

  // Choosing sends a form that says so; its button stays for who has no script. Arrows and letters go through the choices of
  // a list one by one: who chooses so says with Enter, or with the button, that the choice is made.
  let byKeys = null;
  document.addEventListener("keydown", (e) => {
    if (e.target.tagName !== "SELECT" || !e.target.form || e.target.form.dataset.auto === undefined) return;
    if (e.key !== "Enter") { if (e.key !== "Tab") byKeys = e.target; return; }
    if (byKeys !== e.target) return;
    e.preventDefault();
    e.target.form.requestSubmit();
  });
  document.addEventListener("pointerdown", () => { byKeys = null; });
  document.addEventListener("change", (e) => {
    const form = e.target.form;
    if (form && form.dataset.auto !== undefined && e.target !== byKeys && e.target.type !== "search" && e.target.type !== "text") form.requestSubmit();
  });

  // Whole families of the matrix fold and unfold.
  document.addEventListener("click", (e) => {
    const button = e.target.closest && e.target.closest("button[data-fold]");
    if (!button) return;
    const open = button.dataset.fold === "open";
    document.querySelectorAll(button.dataset.of).forEach((d) => (d.open = open));
  });
})();
