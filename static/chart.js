// Draws the numbers that stand in the table below as lines; without it the table alone says everything.
(function () {
  "use strict";

  const FORMATS = { hour: { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" }, day: { year: "numeric", month: "short", day: "numeric" } };

  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  function draw(place) {
    const data = JSON.parse(place.dataset.chart);
    const words = new Intl.DateTimeFormat(document.documentElement.lang, Object.assign({ timeZone: "UTC" }, FORMATS[place.dataset.hourly ? "hour" : "day"]));
    const number = new Intl.NumberFormat(document.documentElement.lang);
    const days = new Intl.DateTimeFormat(document.documentElement.lang, { timeZone: "UTC", month: "short", day: "numeric" });
    const hours = new Intl.DateTimeFormat(document.documentElement.lang, { timeZone: "UTC", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    const axis = { stroke: colour("--quiet"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line"), width: 1 } };
    // What is cut short is drawn by hooks.draw, hollow: a half week beside whole ones is no fall.
    const cut = data.cut || [];
    function whole(chart, _, show) {
      return show ? data.at.map(function (_, place) { return place; }).filter(function (place) { return !cut.includes(place); }) : [];
    }
    function hollow(chart) {
      const size = 4 * devicePixelRatio, pen = chart.ctx;
      data.lines.forEach(function (line, number) {
        cut.forEach(function (place) {
          pen.beginPath();
          pen.arc(chart.valToPos(data.at[place], "x", true), chart.valToPos(line.values[place], "y", true), size, 0, 2 * Math.PI);
          pen.fillStyle = colour("--card");
          pen.fill();
          pen.lineWidth = 2 * devicePixelRatio;
          pen.setLineDash([2 * devicePixelRatio, 2 * devicePixelRatio]);
          pen.strokeStyle = colour("--chart-" + (number + 1));
          pen.stroke();
          pen.setLineDash([]);
        });
      });
    }
    const series = data.lines.map(function (line, place) {
      return { label: line.name, stroke: colour("--chart-" + (place + 1)), width: 2, dash: place > 3 ? [6, 4] : undefined, points: { show: data.at.length < 40, filter: whole }, value: function (_, value) { return value === null ? "–" : number.format(value); } };
    });
    const options = {
      width: place.clientWidth,
      height: 280,
      tzDate: function (seconds) { return uPlot.tzDate(new Date(seconds * 1000), "UTC"); },
      hooks: { draw: [hollow] },
      scales: { y: { range: function (_, least, most) { return [Math.min(0, least), most > 0 ? most * 1.05 : 1]; } } },
      axes: [Object.assign({ values: function (_, ticks, __, ___, step) { return ticks.map(function (at) { const when = new Date(at * 1000); return (step < 86400 && at % 86400 ? hours : days).format(when); }); } }, axis), Object.assign({ size: 70, values: function (_, ticks) { return ticks.map(function (one) { return number.format(one); }); } }, axis)],
      series: [{ label: place.dataset.time, value: function (_, at) { return at === null ? "–" : words.format(new Date(at * 1000)); } }].concat(series),
    };
    place.replaceChildren();
    const chart = new uPlot(options, [data.at].concat(data.lines.map(function (line) { return line.values; })), place);
    new ResizeObserver(function () { chart.setSize({ width: place.clientWidth, height: 280 }); }).observe(place);
  }

  function drawAll(root) {
    if (!window.uPlot) return;
    root.querySelectorAll(".chart[data-chart]").forEach(function (place) {
      if (!place.dataset.drawn) { place.dataset.drawn = "1"; draw(place); }
    });
  }

  document.addEventListener("DOMContentLoaded", function () { drawAll(document); });
  document.addEventListener("htmx:load", function (event) { drawAll(event.target.parentElement || document); });
})();
