/* Signed out meanwhile, or no network: what was written stays on the page until it can be sent. */
(function () {
  "use strict";

  function token(form) { /* signing in again gives another one */
    var name = document.body.dataset.hmCsrf + "=";
    var found = document.cookie.split("; ").find(function (each) { return each.startsWith(name); });
    if (found) form.elements.csrfmiddlewaretoken.value = found.slice(name.length);
  }

  function keep(form, ...words) {
    var note = form.querySelector(".hm-kept") || document.createElement("div");
    note.className = "hm-kept alert alert-warning mt-3";
    note.setAttribute("role", "alert");
    note.replaceChildren(...words);
    form.append(note);
    note.scrollIntoView({ block: "nearest" });
  }

  function signIn(address) {
    var link = document.createElement("a");
    link.href = address;
    link.target = "_blank";
    link.textContent = "Sign in in another tab";
    return link;
  }

  document.addEventListener("submit", function (event) {
    var form = event.target, submitter = event.submitter, state = form.dataset.hmKept;
    if (event.defaultPrevented || !form.hasAttribute("data-hm-keep")) return;
    delete form.dataset.hmKept;
    if (state === "sending") return;
    event.preventDefault();
    form.dataset.hmKept = "asking";
    if (state) return;
    fetch(window.location.href, { method: "HEAD", headers: { "HX-Request": "true" } }).then(function (answer) {
      var address = answer.headers.get("HX-Redirect");
      delete form.dataset.hmKept;
      if (address) { keep(form, "You are signed out; nothing is lost. ", signIn(address), ", then send this again."); return; }
      token(form);
      form.dataset.hmKept = "sending";
      form.requestSubmit(submitter && form.contains(submitter) ? submitter : undefined);
    }).catch(function () {
      delete form.dataset.hmKept;
      keep(form, "The service does not answer; nothing is lost. Try again in a moment.");
    });
  });
})();
