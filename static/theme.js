// Colours before the first paint: the person's choice, or the device's.
(function () {
  "use strict";
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  function apply() {
    const wish = root.dataset.theme;
    root.dataset.bsTheme = wish === "dark" || (wish !== "light" && dark.matches) ? "dark" : "light";
  }
  dark.addEventListener("change", apply);
  root.classList.add("js");
  apply();
})();
