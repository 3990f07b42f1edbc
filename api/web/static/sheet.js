// On a small screen the sections of a sheet are folded, so that the sheet is a list of sections first. A link to a line
// opens the section that it is in (vigie.js). Without this script all sections are open.
(() => {
  "use strict";
  const small = matchMedia("(max-width: 44rem)");
  const fold = () => {
    const at = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    document.querySelectorAll("details.sheet-section").forEach((d) => { d.open = !small.matches || Boolean(at && d.contains(at)); });
    if (at) at.scrollIntoView();
  };
  small.addEventListener("change", fold);
  if (small.matches) fold();
})();
