"use strict";
// Runs in a page of `neurode report` behind its own scripts: uses every figure as a reader does, and leaves what it
// saw in the document's element, from where test_report.py reads it.
(() => {
  const seen = { resources: performance.getEntriesByType("resource").map((e) => e.name), figures: [] };
  const send = (svg, type, x, y) => {  // x, y: from 0 to 1 within the axes
    const box = svg.querySelector(".frame").getBoundingClientRect();
    svg.dispatchEvent(new PointerEvent(type, {
      clientX: box.left + x * box.width, clientY: box.top + y * box.height, bubbles: true, button: 0, pointerId: 1,
    }));
  };
  const press = (svg, key) => svg.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  for (const part of document.querySelectorAll("details")) part.open = true;
  for (const figure of document.querySelectorAll("figure.plot")) {
    const svg = figure.querySelector(".drawing > svg");
    const state = () => ({ marks: Number(figure.dataset.marks), zoomed: figure.dataset.zoomed === "true" });
    const spec = JSON.parse(figure.querySelector("script").textContent);
    const one = { title: figure.querySelector("h4").textContent, drawn: figure.dataset.drawn === "true",
      heat: Boolean(spec.heat), series: spec.series.length, width: svg.getBoundingClientRect().width,
      page: document.documentElement.clientWidth, all: state() };
    one.ticks = [...svg.querySelectorAll("text.tick")].map((t) => t.textContent);
    for (let k = 0; k < 400 && !figure.dataset.reading; ++k) send(svg, "pointermove", (k % 20) / 20, k / 400);
    one.reading = figure.dataset.reading || "";
    one.tip = figure.querySelector(".tip").textContent;
    send(svg, "pointerdown", 0.35, 0.5);
    send(svg, "pointermove", 0.6, 0.52);
    one.selecting = Number(figure.querySelector(".selection").getAttribute("width"));
    send(svg, "pointerup", 0.6, 0.52);
    one.dragged = state();
    svg.dispatchEvent(new MouseEvent("dblclick", { bubbles: true }));
    one.reset = state();
    send(svg, "pointerdown", 0.35, 0.3);
    send(svg, "pointerup", 0.6, 0.7);
    one.boxed = state();
    press(svg, "Escape");
    one.escaped = state();
    press(svg, "ArrowRight");
    one.keyed = figure.dataset.reading || "";
    press(svg, "+");
    one.plus = state();
    press(svg, "0");
    const entry = figure.querySelector(".legend button");
    if (entry) {
      entry.click();
      one.without = state();
      one.pressed = entry.getAttribute("aria-pressed");
      entry.click();
      one.with = state();
    }
    seen.figures.push(one);
  }
  // Every column of numbers, sorted upwards and downwards.
  seen.columns = [...document.querySelectorAll("table.sorts th.number")].map((head) => {
    const body = head.closest("table").tBodies[0];
    const read = () => [...body.rows].map((row) => row.cells[head.cellIndex].textContent);
    const button = head.querySelector("button");
    button.click();
    const ascending = read();
    button.click();
    return { head: button.textContent, ascending, descending: read() };
  });
  seen.overflow = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  document.documentElement.dataset.seen = JSON.stringify(seen);
})();
