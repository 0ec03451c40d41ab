// The code editor (Ace) over textareas that ask for it.
(function () {
  "use strict";

  // A code editor over a textarea; the textarea stays the form's field and works without it.
  function editor(area) {
    if (area.dataset.ready || !window.ace) return;
    area.dataset.ready = "1";
    const holder = document.createElement("div");
    holder.className = "code-editor";
    area.before(holder);
    area.classList.add("visually-hidden");
    area.tabIndex = -1;
    area.setAttribute("aria-hidden", "true");
    const base = document.body.dataset.ace.replace(/ace(\.[0-9a-f]+)?\.js.*$/, "");
    ["basePath", "modePath", "themePath", "workerPath"].forEach(function (name) { window.ace.config.set(name, base); });
    window.ace.config.set("loadWorkerFromBlob", false);
    window.ace.config.set("useStrictCSP", true);
    const dark = document.documentElement.dataset.bsTheme === "dark";
    const code = window.ace.edit(holder, {
      mode: "ace/mode/" + area.dataset.editor, theme: dark ? "ace/theme/tomorrow_night" : "ace/theme/chrome",
      useSoftTabs: true, tabSize: 2, wrap: true, minLines: 14, maxLines: 34, showPrintMargin: false,
      enableKeyboardAccessibility: true,
    });
    code.setValue(area.value, -1);
    code.textInput.getElement().setAttribute("aria-label", area.dataset.label || "code");
    code.session.on("change", function () {
      area.value = code.getValue();
      area.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }
  function editors(root) {
    const areas = root.querySelectorAll("textarea[data-editor]");
    if (!areas.length) return;
    if (window.ace) { areas.forEach(editor); return; }
    const base = document.body.dataset.ace;
    ["ace.css", "theme/chrome.css", "theme/tomorrow_night.css"].forEach(function (name) {
      const link = document.createElement("link");
      link.rel = "stylesheet";
      link.href = base.replace(/ace(\.[0-9a-f]+)?\.js.*$/, name);
      document.head.append(link);
    });
    const script = document.createElement("script");
    script.src = base;
    script.onload = function () { areas.forEach(editor); };
    document.head.append(script);
  }

  // Enter in one of the small forms that add to a definition adds; it does not save the whole.
  document.addEventListener("keydown", function (event) {
    const small = event.key === "Enter" && event.target.matches(".adder input") && event.target.closest(".adder");
    if (!small) return;
    event.preventDefault();
    small.querySelector("button").click();
  });
  document.addEventListener("DOMContentLoaded", function () { editors(document.body); });
  document.addEventListener("htmx:load", function (event) { editors(event.detail.elt); });
})();
