/* Runs before the first paint, so that a dark page never flashes white. */
(function () {
  "use strict";
  var root = document.documentElement;
  var system = window.matchMedia("(prefers-color-scheme: dark)");

  function chosen() {
    try {
      return window.localStorage.getItem("hm-theme") || "system";
    } catch (error) {
      return "system"; /* storage refused by the browser */
    }
  }

  function apply() {
    var theme = chosen();
    root.dataset.bsTheme = theme === "system" ? (system.matches ? "dark" : "light") : theme;
    root.dataset.hmThemeChoice = theme;
  }

  window.hmTheme = {
    choose: function (theme) {
      try {
        window.localStorage.setItem("hm-theme", theme);
      } catch (error) {
        root.dataset.bsTheme = theme;
        return;
      }
      apply();
    },
  };
  system.addEventListener("change", apply);
  apply();
  root.classList.add("hm-has-js");
})();
