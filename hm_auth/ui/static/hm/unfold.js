/* Django's autocomplete boxes have no accessible name: give each the label of its field. */
(function () {
  "use strict";

  function name(box) {
    var select = box.parentElement && box.parentElement.querySelector("select");
    var label = select && (document.querySelector('label[for="' + select.id + '"]') || {}).textContent;
    var text = (label || select && select.name || "").trim();
    if (!text) return;
    box.querySelectorAll(".select2-selection, .select2-selection__rendered").forEach(function (part) {
      part.removeAttribute("aria-labelledby");
      part.setAttribute("aria-label", text);
    });
  }

  function nameAll() {
    document.querySelectorAll(".select2-container").forEach(name);
  }

  document.addEventListener("DOMContentLoaded", function () {
    nameAll();
    new MutationObserver(nameAll).observe(document.body, { childList: true, subtree: true });
  });
})();
