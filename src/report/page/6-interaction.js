"use strict";
// Reading values off a figure, and zooming into it, by pointer and by keyboard.

/** Place of the number nearest to x in an ascending list. */
function nearestIndex(xs, x) {
  let low = 0;
  let high = xs.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (xs[middle] < x) low = middle;
    else high = middle;
  }
  return Math.abs(xs[low] - x) <= Math.abs(xs[high] - x) ? low : high;
}

const MOST_LINES = 14;

class Reading {
  constructor(plot) {
    this.plot = plot;
    const svg = plot.svg;
    svg.addEventListener("pointermove", (event) => this.move(event));
    svg.addEventListener("pointerleave", () => this.hide());
    svg.addEventListener("pointerdown", (event) => this.press(event));
    svg.addEventListener("pointerup", (event) => this.release(event));
    svg.addEventListener("pointercancel", () => this.stop());
    svg.addEventListener("dblclick", () => plot.reset());
    svg.addEventListener("keydown", (event) => this.key(event));
    svg.addEventListener("blur", () => this.hide());
    this.from = null;
    this.at = null; // where the keyboard's cursor is, in pixels
  }

  /** Pixels of the drawing under the pointer, within the axes. */
  place(event) {
    const box = this.plot.svg.getBoundingClientRect();
    const { left, right, top, bottom } = this.plot.area;
    const scale = this.plot.svg.viewBox.baseVal.width / (box.width || 1);
    return [
      Math.min(right, Math.max(left, (event.clientX - box.left) * scale)),
      Math.min(bottom, Math.max(top, (event.clientY - box.top) * scale)),
    ];
  }

  move(event) {
    const [x, y] = this.place(event);
    if (this.from) this.select(x, y);
    else this.show(x, y);
  }

  press(event) {
    if (event.button !== 0 || event.pointerType === "touch") return;
    this.from = this.place(event);
    try {
      this.plot.svg.setPointerCapture(event.pointerId);
    } catch {
      // A pointer that is gone again cannot be held.
    }
    this.hide();
  }

  /** Which of the two axes a drag from `from` to (x, y) is about. */
  axes(x, y) {
    const wide = Math.abs(x - this.from[0]);
    const tall = Math.abs(y - this.from[1]);
    if (wide < 6 && tall < 6) return [false, false];
    return [wide >= 12 || tall < 12, tall >= 24 && tall > 0.15 * wide];
  }

  select(x, y) {
    const [inX, inY] = this.axes(x, y);
    const { left, right, top, bottom } = this.plot.area;
    const [x0, x1] = inX ? [Math.min(x, this.from[0]), Math.max(x, this.from[0])] : [left, right];
    const [y0, y1] = inY ? [Math.min(y, this.from[1]), Math.max(y, this.from[1])] : [top, bottom];
    const shown = inX || inY;
    const box = { x: x0, y: y0, width: shown ? x1 - x0 : 0, height: shown ? y1 - y0 : 0 };
    for (const [name, value] of Object.entries(box)) this.plot.selection.setAttribute(name, value);
  }

  stop() {
    this.from = null;
    this.plot.selection.setAttribute("width", 0);
  }

  release(event) {
    if (!this.from) return;
    const [x, y] = this.place(event);
    const [inX, inY] = this.axes(x, y);
    const { xScale, yScale } = this.plot;
    const sorted = (a, b) => (a < b ? [a, b] : [b, a]);
    const xView = sorted(xScale.value(this.from[0]), xScale.value(x));
    const yView = sorted(yScale.value(this.from[1]), yScale.value(y));
    this.stop();
    if (!inX && !inY) return;
    if (inX) this.plot.view.x = xView;
    if (inY) this.plot.view.y = yView;
    this.plot.draw();
  }

  key(event) {
    const { plot } = this;
    const { left, right } = plot.area;
    const step = (right - left) / 200;
    const at = this.at ?? (left + right) / 2;
    const moves = { ArrowLeft: -1, ArrowRight: 1 };
    if (event.key in moves) {
      this.at = Math.min(right, Math.max(left, at + moves[event.key] * step * (event.shiftKey ? 10 : 1)));
      this.show(this.at, (plot.area.top + plot.area.bottom) / 2);
    } else if (event.key === "+" || event.key === "=" || event.key === "-") {
      const factor = event.key === "-" ? 2 : 0.5;
      plot.view.x = [plot.xScale.value(at - (at - left) * factor), plot.xScale.value(at + (right - at) * factor)];
      plot.draw();
      this.show(at, (plot.area.top + plot.area.bottom) / 2);
    } else if (event.key === "Escape" || event.key === "0") {
      plot.reset();
    } else {
      return;
    }
    event.preventDefault();
  }

  hide() {
    this.plot.tip.hidden = true;
    this.plot.cursor.replaceChildren();
    this.at = null;
    delete this.plot.figure.dataset.reading;
  }

  show(x, y) {
    const { plot } = this;
    plot.cursor.replaceChildren();
    const shown = plot.visible();
    const lines = plot.spec.heat ? this.cell(x, y)
      : shown.length > 0 && shown.every((s) => s.line !== "none" && s.marks === "none" && s.ascending)
        ? this.courses(shown, x)
        : this.point(shown, x, y);
    if (!lines) {
      plot.tip.hidden = true;
      return;
    }
    this.tell(lines, x, y);
  }

  tell(lines, x, y) {
    const { tip, svg, figure, box } = this.plot;
    tip.replaceChildren();
    for (const { text, className } of lines.slice(0, MOST_LINES)) {
      const row = element(tip, "div", className || "");
      element(row, "span", "", text);
    }
    if (lines.length > MOST_LINES) element(tip, "div", "", `… ${lines.length - MOST_LINES} more`);
    tip.hidden = false;
    figure.dataset.reading = lines.map((l) => l.text).join("; ");
    const scale = (svg.getBoundingClientRect().width || 1) / svg.viewBox.baseVal.width;
    const right = x * scale + 14 + tip.offsetWidth > box.clientWidth;
    tip.style.left = `${Math.max(0, right ? x * scale - 14 - tip.offsetWidth : x * scale + 14)}px`;
    const offset = svg.getBoundingClientRect().top - box.getBoundingClientRect().top;
    tip.style.top = `${offset + Math.max(0, y * scale - tip.offsetHeight / 2)}px`;
  }

  dot(series, i) {
    const { plot } = this;
    if (!plot.xScale.drawable(series.xs[i]) || !plot.yScale.drawable(series.y[i])) return;
    const k = plot.spec.series.indexOf(series);
    shape(plot.cursor, "circle", { class: seriesClass(series, k), r: 3.5,
      cx: plot.xScale.pixel(series.xs[i]), cy: plot.yScale.pixel(series.y[i]) });
  }

  /** What all courses are at one place of x. */
  courses(shown, x) {
    const { plot } = this;
    const { top, bottom } = plot.area;
    const value = plot.xScale.value(x);
    const longest = shown.reduce((a, b) => (b.xs.length > a.xs.length ? b : a));
    if (longest.xs.length === 0) return null;
    const at = longest.xs[nearestIndex(longest.xs, value)];
    shape(plot.cursor, "path", { class: "upright", d: `M${plot.xScale.pixel(at)},${top}V${bottom}` });
    const lines = [{ text: `${plot.spec.x.label} ${numberText(at, 7)} ${plot.spec.x.unit}` }];
    for (const s of shown) {
      if (s.xs.length === 0) continue;
      const i = nearestIndex(s.xs, at);
      this.dot(s, i);
      const note = s.notes && s.notes[i] ? ` (${s.notes[i]})` : "";
      const k = plot.spec.series.indexOf(s);
      lines.push({ text: `${s.name}: ${numberText(s.y[i])} ${plot.spec.y.unit}${note}`, className: seriesClass(s, k) });
    }
    return lines;
  }

  /** The point nearest to the pointer. */
  point(shown, x, y) {
    const { plot } = this;
    let best = null;
    for (const s of shown) {
      for (let i = 0; i < Math.min(s.xs.length, s.y.length); ++i) {
        if (!plot.xScale.drawable(s.xs[i]) || !plot.yScale.drawable(s.y[i])) continue;
        const distance = Math.hypot(plot.xScale.pixel(s.xs[i]) - x, plot.yScale.pixel(s.y[i]) - y);
        if (!best || distance < best.distance) best = { s, i, distance };
      }
    }
    if (!best || best.distance > 60) return null;
    const { s, i } = best;
    this.dot(s, i);
    const lines = [{ text: s.name, className: seriesClass(s, plot.spec.series.indexOf(s)) }];
    if (s.notes && s.notes[i]) lines.push({ text: s.notes[i] });
    lines.push({ text: `${plot.spec.x.label}: ${numberText(s.xs[i], 7)} ${plot.spec.x.unit}` });
    lines.push({ text: `${plot.spec.y.label}: ${numberText(s.y[i])} ${plot.spec.y.unit}` });
    return lines;
  }

  /** The cell under the pointer. */
  cell(x, y) {
    const { heat } = this.plot.spec;
    const column = Math.min(heat.columns - 1, Math.floor(
      ((this.plot.xScale.value(x) - heat.xFrom) / (heat.xTo - heat.xFrom || 1)) * heat.columns));
    const row = Math.min(heat.rows - 1, Math.floor(this.plot.yScale.value(y) / heat.rowStep));
    if (row < 0 || column < 0) return null;
    const value = `${numberText(heat.values[row * heat.columns + column])} ${heat.unit === "1" ? "" : heat.unit}`;
    if (heat.matrix) {
      const { x: across, y: down } = this.plot.spec;
      return [{ text: `${down.label} ${row * heat.rowStep}, ${across.label} ${column * heat.columnStep}` }, { text: value }];
    }
    const t = heat.xFrom + ((column + 0.5) * (heat.xTo - heat.xFrom)) / heat.columns;
    return [
      { text: heat.rowNames ? heat.rowNames[row] : `${row}` },
      { text: `${this.plot.spec.x.label} ${numberText(t)} ${this.plot.spec.x.unit}` },
      { text: value },
    ];
  }
}
