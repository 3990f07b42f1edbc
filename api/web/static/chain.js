// Choosing a party or a link of a chain puts its form beside the picture, without leaving the page. Without this script
// the same address opens the same page with the form in it.
(() => {
  "use strict";
  const scroll = () => document.getElementById("chain-scroll");

  // The picture begins with the party in its middle in sight.
  const centre = () => {
    const box = scroll(), subject = box && (box.querySelector("a.here") || box.querySelector("a.subject"));
    if (!subject) return;
    const r = subject.getBoundingClientRect(), s = box.getBoundingClientRect();
    box.scrollLeft += r.left + r.width / 2 - (s.left + s.width / 2);
  };

  const same = (a, b) => a.pathname === b.pathname && a.search === b.search;
  let asked = 0;
  const show = async (href, push) => {
    const mine = ++asked;
    let page;
    try {
      const answer = await fetch(href, { headers: { Accept: "text/html" }, credentials: "same-origin" });
      if (!answer.ok) throw new Error(answer.status);
      page = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch { location.assign(href); return; }
    if (mine !== asked) return;
    const fresh = page.getElementById("chosen"), old = document.getElementById("chosen");
    if (!fresh || !old) { location.assign(href); return; }
    old.replaceWith(document.adoptNode(fresh));
    const at = new URL(href, location.href);
    document.querySelectorAll("[data-choose]").forEach((a) => {
      const on = same(new URL(a.getAttribute("href"), location.href), at);
      const place = a.closest(".chain-svg") ? a : null;
      if (!place) return;
      a.classList.toggle("here", on);
      if (on) a.setAttribute("aria-current", "true"); else a.removeAttribute("aria-current");
    });
    if (push) history.pushState({ chain: true }, "", href);
    const title = document.getElementById("h-chosen");
    title.focus({ preventScroll: true });
    const r = document.getElementById("chosen").getBoundingClientRect();
    if (r.top < 0 || r.top > innerHeight - 120) document.getElementById("chosen").scrollIntoView({ block: "start" });
  };

  document.addEventListener("click", (e) => {
    const a = e.target.closest && e.target.closest("a[data-choose]");
    if (!a || e.defaultPrevented || e.button || e.ctrlKey || e.metaKey || e.shiftKey || e.altKey) return;
    const form = document.getElementById("chain-form");
    if (form && form.dataset.touched) return; // what was written is left in the history of the browser, to come back to
    e.preventDefault();
    show(a.getAttribute("href"), true);
  });
  document.addEventListener("input", (e) => {
    const form = e.target.closest && e.target.closest("#chain-form");
    if (form) form.dataset.touched = "1";
  });
  addEventListener("popstate", () => show(location.href, false));
  centre();
})();
