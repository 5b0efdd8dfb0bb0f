"use strict";
// Puts life into the page: figures, and tables that sort.

/** Cells of a column as numbers where it holds numbers, empty ones last whichever way it is sorted. */
function sortTable(table, column, isNumber, ascending) {
  const body = table.tBodies[0];
  const text = (row) => (row.cells[column] ? row.cells[column].textContent.trim() : "");
  const rows = [...body.rows];
  const sign = ascending ? 1 : -1;
  rows.sort((a, b) => {
    const [s, t] = [text(a), text(b)];
    if (s === "" || t === "") return (s === "") - (t === "");
    const [x, y] = [parseFloat(s), parseFloat(t)];
    if (isNumber && !Number.isNaN(x) && !Number.isNaN(y)) return sign * (x - y);
    return sign * s.localeCompare(t, "en", { numeric: true });
  });
  body.replaceChildren(...rows);
}

function makeSortable(table) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    if (head.textContent.trim() === "") return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.appendChild(button);
    button.addEventListener("click", () => {
      const ascending = head.getAttribute("aria-sort") !== "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
      sortTable(table, column, head.classList.contains("number"), ascending);
    });
  });
}

function drawFigures() {
  const plots = new Map();
  const watcher = new ResizeObserver((entries) => {
    for (const entry of entries) {
      const plot = plots.get(entry.target);
      const width = Math.round(entry.contentRect.width);
      if (!plot || width === 0 || width === plot.drawnAt) continue;
      plot.drawnAt = width;
      requestAnimationFrame(() => plot.draw());  // a drawing within this call may change the width again
    }
  });
  for (const figure of document.querySelectorAll("figure.plot")) {
    const plot = new Plot(figure);
    plot.drawnAt = Math.round(plot.box.clientWidth);
    new Reading(plot);
    plots.set(plot.box, plot);
    watcher.observe(plot.box);
  }
}

/** Links into a folded part unfold it; paper shows all parts. */
function unfold() {
  const open = () => {
    const target = location.hash ? document.getElementById(location.hash.slice(1)) : null;
    if (target && target.tagName === "DETAILS") target.open = true;
  };
  window.addEventListener("hashchange", open);
  window.addEventListener("beforeprint", () => {
    for (const part of document.querySelectorAll("details")) part.open = true;
  });
  open();
}

document.querySelectorAll("table.sorts").forEach(makeSortable);
drawFigures();
unfold();
