/* Comfort only: every page also works without this file. */
(function () {
  "use strict";

  function all(selector, action) {
    document.querySelectorAll(selector).forEach(action);
  }

  /* Theme: light, dark, or what the system says. */
  function showTheme() {
    var choice = document.documentElement.dataset.hmThemeChoice;
    all("[data-hm-theme]", function (button) {
      button.setAttribute("aria-pressed", String(button.dataset.hmTheme === choice));
    });
  }

  /* Menus are <details>: close them when attention goes elsewhere. */
  function closeMenus(except) {
    all("[data-hm-menu][open]", function (menu) {
      if (menu !== except) menu.removeAttribute("open");
    });
  }

  /* Ask before a form with data-confirm="Question?" is sent. */
  function confirmDialog(form, submitter) {
    var dialog = document.createElement("dialog");
    var text = document.createElement("p");
    var row = document.createElement("div");
    var no = document.createElement("button");
    var yes = document.createElement("button");
    dialog.className = "hm-dialog";
    text.id = "hm-dialog-text";
    dialog.setAttribute("aria-labelledby", text.id);
    text.textContent = form.dataset.confirm;
    row.className = "hm-form-actions";
    no.type = yes.type = "button";
    no.className = "btn btn-outline-secondary";
    no.textContent = "Cancel";
    yes.className = "btn " + (form.dataset.confirmTone === "danger" ? "btn-danger" : "btn-primary");
    yes.textContent = form.dataset.confirmLabel || "Continue";
    row.append(no, yes);
    dialog.append(text, row);
    document.body.append(dialog);
    no.addEventListener("click", function () { dialog.close(); });
    yes.addEventListener("click", function () {
      form.dataset.hmConfirmed = "yes";
      dialog.close();
      form.requestSubmit(submitter || undefined);
    });
    dialog.addEventListener("close", function () { dialog.remove(); });
    dialog.showModal();
  }

  function copy(button) {
    navigator.clipboard.writeText(button.dataset.hmCopy).then(function () {
      var label = button.getAttribute("aria-label");
      button.classList.add("hm-done");
      button.setAttribute("aria-label", "Copied");
      window.setTimeout(function () {
        button.classList.remove("hm-done");
        button.setAttribute("aria-label", label);
      }, 1600);
    });
  }

  function reveal(button) {
    var field = document.getElementById(button.dataset.hmReveal);
    var shown = field.type === "password";
    field.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest("button");
    closeMenus(event.target.closest("[data-hm-menu]"));
    if (!button) return;
    if (button.dataset.hmTheme) { window.hmTheme.choose(button.dataset.hmTheme); showTheme(); }
    if (button.dataset.hmCopy) copy(button);
    if (button.dataset.hmReveal) reveal(button);
  });

  document.addEventListener("focusin", function (event) {
    closeMenus(event.target.closest("[data-hm-menu]"));
  });

  /* Capture: ask before htmx or anybody else takes the submit event. */
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (!form.dataset.confirm || form.dataset.hmConfirmed) {
      delete form.dataset.hmConfirmed;
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    confirmDialog(form, event.submitter);
  }, true);

  document.addEventListener("keydown", function (event) {
    var typing = event.target.closest("input, textarea, select, [contenteditable]");
    var search = document.querySelector("[data-hm-search]");
    if (event.key === "/" && search && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      search.focus();
      search.select();
    }
    if (event.key === "Escape") {
      var open = document.querySelector("[data-hm-menu][open] > summary");
      if (open) { closeMenus(null); open.focus(); }
    }
  });

  document.addEventListener("keyup", function (event) {
    if (!event.target.matches('[data-hm-caps]') || !event.getModifierState) return;
    document.getElementById(event.target.dataset.hmCaps).hidden = !event.getModifierState("CapsLock");
  });

  /* Browsers give the clipboard only to https and localhost: elsewhere the button would do nothing. */
  if (!navigator.clipboard) all("[data-hm-copy]", function (button) { button.hidden = true; });
  showTheme();
})();
