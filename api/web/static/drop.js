// A document can be dropped on the zone of a file field. On a sheet that sends the form at once. Without this script the
// zone is a field where a file is chosen.
(() => {
  "use strict";
  if (window.vigieDrop) return;
  window.vigieDrop = true;
  const zone = (e) => e.target.closest && e.target.closest(".drop");
  const files = (e) => e.dataTransfer && [...e.dataTransfer.types].includes("Files");
  const off = () => document.querySelectorAll(".drop.over").forEach((d) => d.classList.remove("over"));

  // A document that misses the zone must not replace the page, and what was written with it.
  document.addEventListener("dragover", (e) => {
    if (!files(e)) return;
    e.preventDefault();
    off();
    const at = zone(e);
    e.dataTransfer.dropEffect = at ? "copy" : "none";
    if (at) at.classList.add("over");
  });
  document.addEventListener("dragleave", (e) => { if (!e.relatedTarget) off(); });
  document.addEventListener("drop", (e) => {
    if (!files(e)) return;
    e.preventDefault();
    off();
    const at = zone(e), field = at && at.querySelector("input[type=file]");
    if (!field || !e.dataTransfer.files.length) return;
    const one = new DataTransfer();
    one.items.add(e.dataTransfer.files[0]);
    field.files = one.files;
    field.dispatchEvent(new Event("change", { bubbles: true }));
    field.focus();
  });
  document.addEventListener("change", (e) => {
    if (e.target.type === "file" && e.target.files.length && e.target.form && e.target.form.dataset.send !== undefined) e.target.form.requestSubmit();
  });
})();
