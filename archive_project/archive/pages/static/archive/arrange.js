/* Comfort only: an article is dragged before, after or inside another; the buttons do it, too. */
(function () {
  "use strict";
  var dragged = null;
  var marked = null;

  function nodeAt(event) {
    return event.target.closest ? event.target.closest(".ar-arrange [draggable]") : null;
  }

  function mark(item, where) {
    if (marked) delete marked.dataset.drop;
    marked = item;
    if (item) item.dataset.drop = where;
  }

  function whereOn(node, event) {
    var box = node.getBoundingClientRect();
    var part = (event.clientY - box.top) / box.height;
    return part < 0.3 ? "before" : part > 0.7 ? "behind" : "inside";
  }

  function fill(form, name, value) {
    var field = form.querySelector("input[name=" + name + "]") || document.createElement("input");
    field.type = "hidden";
    field.name = name;
    field.value = value;
    form.append(field);
  }

  function send(where, other) {
    var form = dragged.closest("form");
    fill(form, "article", dragged.dataset.article);
    fill(form, "to", where + " " + other);
    form.requestSubmit();
  }

  document.addEventListener("dragstart", function (event) {
    dragged = nodeAt(event);
    if (dragged) event.dataTransfer.effectAllowed = "move";
  });

  document.addEventListener("dragover", function (event) {
    var node = dragged && nodeAt(event);
    var fits = node && !dragged.parentNode.contains(node);
    if (fits) event.preventDefault();
    mark(fits ? node.parentNode : null, fits && whereOn(node, event));
  });

  document.addEventListener("drop", function (event) {
    var node = marked && nodeAt(event);
    if (!node) return;
    event.preventDefault();
    send(marked.dataset.drop, node.dataset.article);
  });

  document.addEventListener("dragend", function () { mark(null); dragged = null; });
})();
