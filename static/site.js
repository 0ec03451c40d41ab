// What pages need beyond htmx: nothing here is necessary, every page works without it.
(function () {
  "use strict";

  // A form that is on its way is not sent again by a second click; the server refuses the second one too.
  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (!form.matches("form[data-once]") || event.defaultPrevented) return;
    if (event.submitter && event.submitter.hasAttribute("formtarget")) return;
    if (form.dataset.sent && !form.target) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    form.setAttribute("aria-busy", "true");
    setTimeout(function () { again(form); }, 15000);
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(again);
  });
  function again(form) {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  }

  // A form that opens a new tab: this tab goes on to the page that follows it.
  document.addEventListener("submit", function (event) {
    const then = event.target.dataset.then;
    if (then) setTimeout(function () { location.href = then; }, 400);
  });

  // An open menu closes by Escape, by a click elsewhere, and when the keyboard leaves it.
  function closeMenus(except) {
    document.querySelectorAll("details[data-menu][open]").forEach(function (menu) {
      if (!except || !menu.contains(except)) menu.open = false;
    });
  }
  document.addEventListener("click", function (event) { closeMenus(event.target); });
  document.addEventListener("focusin", function (event) { closeMenus(event.target); });
  document.addEventListener("keydown", function (event) {
    const menu = event.key === "Escape" && document.querySelector("details[data-menu][open]");
    if (!menu) return;
    closeMenus();
    menu.querySelector("summary").focus();
  });

  document.addEventListener("change", function (event) {
    if (!event.target.matches("[data-tick-all]")) return;
    const ticks = event.target.closest("form").querySelectorAll("input[name=ids]");
    ticks.forEach(function (tick) { tick.checked = event.target.checked; });
  });

  document.addEventListener("click", function (event) {
    const copy = event.target.closest("[data-copy]");
    if (copy) {
      navigator.clipboard.writeText(document.querySelector(copy.dataset.copy).value).then(function () {
        copy.querySelector("[data-copied]").textContent = copy.dataset.done;
      });
    }
    const width = event.target.closest("[data-frame-width]");
    if (width) {
      const frame = document.querySelector(width.dataset.frame);
      frame.classList.toggle("frame-phone", width.dataset.frameWidth === "phone");
      width.parentElement.querySelectorAll("[data-frame-width]").forEach(function (one) {
        one.setAttribute("aria-pressed", String(one === width));
      });
    }
  });

  // An answer that is text goes to the clipboard and is shown nowhere; without script it opens in a new tab.
  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (!form.dataset.copyAnswer || !navigator.clipboard) return;
    event.preventDefault();
    fetch(form.action, { method: "POST", body: new FormData(form) }).then(function (answer) {
      const plain = (answer.headers.get("Content-Type") || "").startsWith("text/plain");
      return answer.ok && plain ? answer.text() : Promise.reject(new Error("no text"));
    }).then(function (text) { return navigator.clipboard.writeText(text); }).then(function () {
      form.querySelector("[data-copied]").textContent = form.dataset.copyAnswer;
    }).catch(function () { location.reload(); });
  });

  // Long lists of choices get a box to find one by name.
  function filterable(box) {
    if (box.dataset.ready) return;
    box.dataset.ready = "1";
    const find = document.createElement("input");
    find.type = "search";
    find.className = "form-control form-control-sm mb-2";
    find.placeholder = box.dataset.filterable;
    find.setAttribute("aria-label", box.dataset.filterable);
    find.addEventListener("input", function () {
      const wanted = find.value.toLowerCase();
      box.querySelectorAll("label").forEach(function (label) {
        label.hidden = !label.textContent.toLowerCase().includes(wanted);
      });
    });
    find.addEventListener("keydown", function (event) { if (event.key === "Enter") event.preventDefault(); });
    box.before(find);
  }

  // A draft is drawn again a moment after the last key: the form posts it into the preview's own frame.
  // The frame is made anew each time: the first address of a frame is no step of the browser's Back.
  function draw(form) {
    const button = document.querySelector(form.dataset.preview);
    if (!button) return;
    const name = button.getAttribute("formtarget");
    const frame = document.getElementsByName(name)[0];
    if (frame.hasAttribute("data-drawn")) frame.replaceWith(frame.cloneNode());
    document.getElementsByName(name)[0].setAttribute("data-drawn", "");
    form.requestSubmit(button);
  }
  let drawing = 0;
  document.addEventListener("input", function (event) {
    const form = event.target.closest("form[data-preview]");
    if (!form) return;
    clearTimeout(drawing);
    drawing = setTimeout(function () { draw(form); }, 600);
  });

  function ready(root) {
    root.querySelectorAll("[data-filterable]").forEach(filterable);
    announce(root);
    root.querySelectorAll("form[data-preview]").forEach(draw);
    const wanted = root.querySelector("[data-focus]");
    if (wanted) wanted.focus();
    if (root.matches && root.matches("[data-reload]")) reload(root);
    root.querySelectorAll("[data-reload]").forEach(reload);
  }
  // After a reading has ended the table is asked for once more, at its present address.
  function reload(mark) {
    const target = mark.dataset.reload;
    delete mark.dataset.reload;
    if (window.htmx && document.querySelector(target)) {
      window.htmx.ajax("GET", location.pathname + location.search, { target: target, swap: "outerHTML" });
    }
  }
  document.addEventListener("DOMContentLoaded", function () {
    ready(document.body);
    const here = document.querySelector(".site-nav a[aria-current]");
    if (here) here.parentElement.parentElement.scrollLeft = here.offsetLeft - 48;
  });
  document.addEventListener("htmx:load", function (event) { ready(event.detail.elt); });
  document.addEventListener("htmx:configRequest", function (event) {
    event.detail.headers["X-Requested-With"] = "htmx";
  });
  // What a screen reader is told when a part was swapped: a region that stays is heard, a new one is not.
  function announce(root) {
    const said = root.matches("[data-announce]") ? root : root.querySelector("[data-announce]");
    const region = document.getElementById("announcer");
    if (said && region && root !== document.body) region.textContent = said.textContent.trim().replace(/\s+/g, " ");
  }
  // An answer that is a whole page is no part of this one. A session that ran out goes to the log-in.
  document.addEventListener("htmx:beforeSwap", function (event) {
    const answer = event.detail.xhr;
    if (answer.status === 401) { event.detail.shouldSwap = false; location.reload(); return; }
    if (answer.status < 400 || !/^\s*<!doctype/i.test(answer.responseText)) { trouble(false); return; }
    event.detail.shouldSwap = false;
    // The page's own address is gone or refused: show that. A part of it that fails leaves the rest alone.
    if (answer.status < 500 && event.detail.pathInfo.requestPath === location.pathname) location.reload();
    else trouble(true);
  });
  function trouble(shown) {
    const line = document.getElementById("trouble");
    if (!line) return;
    line.hidden = !shown;
    line.textContent = shown ? line.dataset.text : "";
  }
  ["htmx:sendError", "htmx:timeout"].forEach(function (name) {
    document.addEventListener(name, function () { trouble(true); });
  });
})();
