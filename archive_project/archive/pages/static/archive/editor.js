/* Comfort for the text area of the editor: buttons, shortcuts, files, completion. Saving, the preview
   and drafts need none of it. Everything typed by it goes through insertText, so that undo works. */
(function () {
  "use strict";

  var form = document.querySelector("[data-editor]");
  if (!form) return;
  var area = form.querySelector("textarea[name=source]");
  var said = form.querySelector("[data-said]");
  var picker = document.createElement("input");
  var list = document.createElement("ul");
  var open = null; /* what is being completed: {start, results, at} */
  var asked = 0;
  picker.type = "file";
  picker.multiple = true;
  list.className = "ar-complete";
  list.id = "ar-complete";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  area.after(list);
  area.setAttribute("aria-autocomplete", "list");
  function put(text, start, end) {
    area.focus();
    area.setSelectionRange(start, end);
    if (document.execCommand("insertText", false, text)) return;
    area.setRangeText(text, start, end, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function selected() { return area.value.slice(area.selectionStart, area.selectionEnd); }
  function around(mark) {
    var start = area.selectionStart, text = selected();
    put(mark + text + mark, start, area.selectionEnd);
    area.setSelectionRange(start + mark.length, start + mark.length + text.length);
  }

  function lines(mark) {
    var start = area.value.lastIndexOf("\n", area.selectionStart - 1) + 1;
    var text = area.value.slice(start, area.selectionEnd);
    put(text.split("\n").map(function (line) { return mark + line; }).join("\n"), start, area.selectionEnd);
  }

  function own(text) { /* on lines of its own */
    var before = area.selectionStart && area.value[area.selectionStart - 1] !== "\n" ? "\n\n" : "";
    put(before + text + "\n", area.selectionStart, area.selectionEnd);
  }

  var inserts = {
    link: function () { put("[" + (selected() || "text") + "](https://)", area.selectionStart, area.selectionEnd); },
    wiki: function () { put("[[" + selected(), area.selectionStart, area.selectionEnd); },
    company: function () { put("@", area.selectionStart, area.selectionEnd); },
    block: function () { own("```\n" + selected() + "\n```"); },
    table: function () { own("| Column | Column |\n| --- | --- |\n|  |  |"); },
    file: function () { picker.click(); }
  };

  form.addEventListener("click", function (event) {
    var button = event.target.closest(".ar-toolbar button");
    if (!button) return;
    if (button.dataset.around) around(button.dataset.around);
    if (button.dataset.line) lines(button.dataset.line);
    if (button.dataset.insert) inserts[button.dataset.insert]();
  });

  /* Files: a line stands for each until it is there. */
  function send(file) {
    var mark = "[Sending " + file.name.replace(/[\[\]]/g, "") + " …]";
    var data = new FormData();
    data.append("file", file);
    data.append("article", form.dataset.article);
    put((/[^\s([]$/.test(area.value.slice(0, area.selectionStart)) ? " " : "") + mark, area.selectionStart, area.selectionEnd);
    said.textContent = "Sending " + file.name;
    fetch(form.dataset.upload, {
      method: "POST", body: data, redirect: "error",
      headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value }
    }).then(function (answer) { return answer.json(); }).catch(function () {
      return { error: "The file could not be sent." };
    }).then(function (answer) {
      var at = area.value.indexOf(mark), end = at + mark.length, text = answer.markdown || "", was = document.activeElement;
      var kept = [area.selectionStart, area.selectionEnd].map(function (place) { /* whoever writes on stays where they are */
        return place < end ? Math.min(place, at + text.length) : place + text.length - mark.length;
      });
      if (at >= 0) { put(text, at, end); area.setSelectionRange(kept[0], kept[1]); was.focus(); }
      said.textContent = answer.markdown ? file.name + " is in the text." : file.name + ": " + answer.error;
    });
  }

  function sendAll(event, files) {
    if (!files || !files.length) return;
    event.preventDefault();
    Array.from(files).forEach(send);
  }

  picker.addEventListener("change", function (event) { sendAll(event, picker.files); picker.value = ""; });
  area.addEventListener("paste", function (event) {
    /* A copied cell or text also comes as a picture: the text is meant. */
    if (!event.clipboardData.getData("text/plain")) sendAll(event, event.clipboardData.files);
  });
  area.addEventListener("dragover", function () { area.classList.add("ar-over"); });
  area.addEventListener("dragleave", function () { area.classList.remove("ar-over"); });
  area.addEventListener("drop", function (event) {
    area.classList.remove("ar-over");
    sendAll(event, event.dataTransfer.files);
  });

  /* Completion of [[articles]] and @companies. */
  function close() {
    open = null;
    list.hidden = true;
    area.removeAttribute("aria-activedescendant");
    area.removeAttribute("aria-controls");
  }

  function show() {
    list.replaceChildren.apply(list, open.results.map(function (result, index) {
      var item = document.createElement("li"), hint = document.createElement("small");
      item.id = "ar-complete-" + index;
      item.textContent = result.label;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", String(index === open.at));
      hint.textContent = result.hint;
      item.append(hint);
      return item;
    }));
    list.hidden = !open.results.length;
    area.setAttribute("aria-controls", list.id);
    area.setAttribute("aria-activedescendant", "ar-complete-" + open.at);
  }

  function take(index) {
    var after = area.value.slice(area.selectionEnd).match(/^\]{1,2}/);
    var end = area.selectionEnd + (after ? after[0].length : 0);
    var start = open.start, text = open.results[index].text;
    close();
    put(text, start, end);
    close(); /* what was put looks like typing */
  }

  function suggest() {
    var before = area.value.slice(0, area.selectionStart);
    var found = before.match(/\[\[([^\[\]|\n]{0,80})$/) || before.match(/(?:^|\s)@([^\s@][^@\n]{0,40})?$/);
    var mine = ++asked;
    if (!found) { close(); return; }
    var company = found[0][0] !== "[";
    var typed = found[1] || "";
    var start = area.selectionStart - typed.length - (company ? 1 : 2);
    var query = "?kind=" + (company ? "company" : "article") + "&q=" + encodeURIComponent(typed);
    window.setTimeout(function () {
      if (mine !== asked) return;
      fetch(form.dataset.complete + query, { redirect: "error" }).then(function (answer) {
        return answer.json();
      }).then(function (answer) {
        if (mine !== asked) return;
        open = { start: start, results: answer.results, at: 0 };
        if (open.results.length) show(); else close();
      }).catch(close);
    }, 150);
  }

  area.addEventListener("input", suggest);
  area.addEventListener("blur", function () { window.setTimeout(close, 150); });
  list.addEventListener("mousedown", function (event) {
    var item = event.target.closest("li");
    event.preventDefault();
    if (item) take(Array.prototype.indexOf.call(list.children, item));
  });

  area.addEventListener("keydown", function (event) {
    var steps = { ArrowDown: 1, ArrowUp: -1 }, keys = { b: "**", i: "*" }, key = event.key.toLowerCase();
    if (open && steps[event.key]) {
      open.at = (open.at + steps[event.key] + open.results.length) % open.results.length;
      show();
    } else if (open && event.key === "Enter" && !event.isComposing) take(open.at);
    else if (open && event.key === "Escape") close();
    else if ((event.ctrlKey || event.metaKey) && !event.altKey && keys[key]) around(keys[key]);
    else if ((event.ctrlKey || event.metaKey) && key === "k") inserts.link();
    else return;
    event.preventDefault();
  });
  form.addEventListener("keydown", function (event) {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
      event.preventDefault();
      form.requestSubmit();
    }
  });

  /* Signed out meanwhile: never leave the page by itself, the text is on it. */
  document.body.addEventListener("htmx:beforeOnLoad", function (event) {
    if (!event.detail.xhr.getResponseHeader("HX-Redirect")) return;
    event.preventDefault();
    said.textContent = "You are signed out. Sign in in another tab, then save here.";
  });
})();
