"use strict";
// Series as lines and marks, matrices as colours. Each returns how many numbers it drew.

const DASHES = ["", "7 3", "2 3", "8 3 2 3"];

function seriesClass(series, k) {
  return `series c${(series.colour >= 0 ? series.colour : k) % SERIES_COLOURS}`;
}
function seriesDash(series, k) {
  if (series.line === "dashed") return "5 4";
  return series.colour >= 0 ? "" : DASHES[Math.floor(k / SERIES_COLOURS) % DASHES.length];
}

/** The outline of a mark around (x, y). */
function markPath(kind, x, y, height) {
  const r = kind === "ring" ? 4.5 : 3;
  switch (kind) {
    case "tick":
      return `M${x},${y - height / 2}v${height}`;
    case "square":
      return `M${x - r},${y - r}h${2 * r}v${2 * r}h${-2 * r}z`;
    case "cross":
      return `M${x - r},${y - r}l${2 * r},${2 * r}m0,${-2 * r}l${-2 * r},${2 * r}`;
    default:
      return `M${x - r},${y}a${r},${r} 0 1,0 ${2 * r},0a${r},${r} 0 1,0 ${-2 * r},0`;
  }
}

function round(x) {
  return Math.round(x * 100) / 100;
}

function drawSeries(parent, series, k, xs, xScale, yScale, tickHeight) {
  const group = shape(parent, "g", { class: seriesClass(series, k) });
  const ys = series.y;
  let line = "";
  let marks = "";
  let joined = false;
  let count = 0;
  const n = Math.min(xs.length, ys.length);
  for (let i = 0; i < n; ++i) {
    if (!xScale.drawable(xs[i]) || !yScale.drawable(ys[i])) {
      joined = false;
      continue;
    }
    const x = round(xScale.pixel(xs[i]));
    const y = round(yScale.pixel(ys[i]));
    if (xs[i] >= xScale.low && xs[i] <= xScale.high && ys[i] >= yScale.low && ys[i] <= yScale.high) ++count;
    line += `${joined ? "L" : "M"}${x},${y}`;
    joined = true;
    if (series.marks !== "none") marks += markPath(series.marks, x, y, tickHeight);
  }
  if (series.line !== "none" && line) {
    shape(group, "path", { class: "line", d: line, "stroke-dasharray": seriesDash(series, k) });
  }
  if (marks) shape(group, "path", { class: `marks ${series.marks}`, d: marks });
  for (const i of series.rings || []) {
    if (!xScale.drawable(xs[i]) || !yScale.drawable(ys[i])) continue;
    shape(group, "circle", { class: "recommended", cx: xScale.pixel(xs[i]), cy: yScale.pixel(ys[i]), r: 8 });
  }
  return count;
}

function heatRange(heat) {
  const [low, high] = rangeOf([heat.values], false) || [0, 1];
  if (heat.diverging) {
    const most = Math.max(Math.abs(heat.low ?? low), Math.abs(heat.high ?? high)) || 1;
    return [-most, most];
  }
  const range = [heat.low ?? low, heat.high ?? high];
  return range[0] < range[1] ? range : [range[0] - 0.5, range[1] + 0.5];
}

/** The picture of all cells, made once. */
function heatPicture(heat) {
  const [low, high] = heatRange(heat);
  const stops = heat.diverging ? DIVERGING : SEQUENTIAL;
  return picture(heat.columns, heat.rows, (column, row) => {
    const r = heat.matrix ? row : heat.rows - 1 - row;
    const x = heat.values[r * heat.columns + column];
    return x === null ? NOTHING : colourAt(stops, (x - low) / (high - low));
  });
}

function drawHeat(parent, heat, url, xScale, yScale) {
  const x0 = xScale.pixel(heat.xFrom);
  const x1 = xScale.pixel(heat.xTo);
  const y0 = yScale.pixel(0);
  const y1 = yScale.pixel(heat.rows * heat.rowStep);
  shape(parent, "image", {
    class: "cells", href: url, x: x0, y: Math.min(y0, y1), width: x1 - x0, height: Math.abs(y1 - y0),
    preserveAspectRatio: "none",
  });
  return heat.values.length;
}

/** The scale of colours, to the right. */
function drawColourBar(parent, heat, x, top, height) {
  const [low, high] = heatRange(heat);
  const stops = heat.diverging ? DIVERGING : SEQUENTIAL;
  const url = picture(1, 64, (_, row) => colourAt(stops, 1 - row / 63));
  shape(parent, "image", { href: url, x, y: top, width: 12, height, preserveAspectRatio: "none" });
  const scale = new Scale(low, high, top + height, top, false);
  const ticks = scale.ticks(6);
  scale.texts(ticks).forEach((text, k) => {
    shape(parent, "text", { class: "tick", x: x + 16, y: scale.pixel(ticks[k]) + 4 }, text);
  });
  if (heat.unit && heat.unit !== "1") shape(parent, "text", { class: "tick", x, y: top - 5 }, heat.unit);
}
