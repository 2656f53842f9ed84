/* Keys of the quick search: arrows walk the results, Escape closes them ("/" is in hm.js). */
(function () {
  "use strict";
  var box = document.querySelector("[data-nx-quick]");
  if (!box) return;
  var input = box.querySelector("input");
  var results = box.querySelector(".nx-quick-results");

  box.addEventListener("keydown", function (event) {
    var stops = [input].concat(Array.from(results.querySelectorAll("a")));
    var step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && stops.length > 1) {
      event.preventDefault();
      var index = stops.indexOf(document.activeElement) + step;
      stops[(index + stops.length) % stops.length].focus();
    } else if (event.key === "Escape") {
      results.hidden = true;
      input.focus();
    }
  });

  /* Typing shows them again. */
  input.addEventListener("input", function () {
    results.hidden = false;
  });
})();
