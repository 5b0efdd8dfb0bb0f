"use strict";
// A figure: axes, series, legend. What is seen of it is `view`; null is all.

class Plot {
  constructor(figure) {
    this.figure = figure;
    this.spec = JSON.parse(figure.querySelector('script[type="application/json"]').textContent);
    this.hidden = new Set();
    this.view = { x: null, y: null };
    this.logY = this.spec.y.log;
    this.spec.series.forEach((s) => {
      s.xs = s.x || this.spec.sharedX || [];
      s.ascending = s.xs.every((x, i) => x !== null && (i === 0 || x >= s.xs[i - 1]));
    });
    if (this.spec.heat) this.cells = heatPicture(this.spec.heat);
    this.box = figure.querySelector(".drawing");
    this.tools();
    this.svg = shape(this.box, "svg", { role: "img", tabindex: 0 });
    this.svg.setAttribute("aria-label", this.description());
    this.tip = element(this.box, "div", "tip");
    this.tip.hidden = true;
    this.legend();
    this.draw();
  }

  description() {
    const names = this.spec.series.map((s) => s.name).join(", ");
    return `${this.spec.title}: ${axisText(this.spec.y)} over ${axisText(this.spec.x)}. ${names}. ` +
      "Arrow keys read values, plus and minus zoom, Escape shows all.";
  }

  visible() {
    return this.spec.series.filter((s, k) => !this.hidden.has(k));
  }

  tools() {
    const bar = element(this.box, "div", "tools");
    const positive = !this.spec.heat && rangeOf(this.spec.series.map((s) => s.y), true) !== null;
    if (positive && this.spec.series.some((s) => s.line !== "none" && s.marks !== "tick")) {
      this.logButton = element(bar, "button", "log", "log y");
      this.logButton.type = "button";
      this.logButton.addEventListener("click", () => {
        this.logY = !this.logY;
        this.view.y = null;
        this.draw();
      });
    }
    this.resetButton = element(bar, "button", "reset", "show all");
    this.resetButton.type = "button";
    this.resetButton.addEventListener("click", () => this.reset());
  }

  reset() {
    this.view = { x: null, y: null };
    this.draw();
  }

  legend() {
    const series = this.spec.series;
    if (series.length < 2) return;
    const list = element(this.box, "div", "legend");
    series.forEach((s, k) => {
      const entry = element(list, "button", "entry");
      entry.type = "button";
      entry.setAttribute("aria-pressed", "true");
      const sample = shape(entry, "svg", { width: 22, height: 10, "aria-hidden": true });
      const group = shape(sample, "g", { class: seriesClass(s, k) });
      if (s.line !== "none") {
        shape(group, "path", { class: "line", d: "M0,5H22", "stroke-dasharray": seriesDash(s, k) });
      }
      if (s.marks !== "none") shape(group, "path", { class: `marks ${s.marks}`, d: markPath(s.marks, 11, 5, 8) });
      element(entry, "span", "", s.name);
      entry.addEventListener("click", () => {
        if (!this.hidden.delete(k)) this.hidden.add(k);
        entry.setAttribute("aria-pressed", String(!this.hidden.has(k)));
        this.draw();
      });
    });
  }

  /** Ranges of x and y: those zoomed to, else all that is shown; y follows x where x alone is zoomed. */
  ranges() {
    const { heat, level } = this.spec;
    if (heat) {
      return [this.view.x || [heat.xFrom, heat.xTo], this.view.y || [0, heat.rows * heat.rowStep]];
    }
    const shown = this.visible();
    const logX = this.spec.x.log;
    const steps = shown.every((s) => s.line !== "none" && s.marks === "none" && s.ascending);
    const x = this.view.x || padded(rangeOf(shown.map((s) => s.xs), logX) || [1, 2], logX, steps ? 0 : 0.04);
    if (this.view.y) return [x, this.view.y];
    const seen = shown.map((s) => (this.view.x ? s.y.filter((_, i) => s.xs[i] >= x[0] && s.xs[i] <= x[1]) : s.y));
    if (level !== undefined && !this.view.x) seen.push([level]);
    const y = rangeOf(seen, this.logY) || rangeOf(shown.map((s) => s.y), this.logY) || [1, 2];
    return [x, padded(y, this.logY, 0.05)];
  }

  draw() {
    const { spec, svg } = this;
    const heat = spec.heat;
    const width = Math.max(260, Math.min(900, this.box.clientWidth || 640));
    const matrix = heat && heat.matrix;
    let height = Math.round(Math.max(230, Math.min(400, width * 0.56)));
    const area = { left: 62, right: width - (heat ? 70 : 14), top: heat ? 18 : 10 };
    if (matrix) {  // square cells, unless there are far more rows than columns or the other way round
      const cell = Math.min(44, (area.right - area.left) / heat.columns);
      area.right = area.left + Math.max(60, cell * heat.columns);
      height = Math.round(Math.max(90, Math.min(420, cell * heat.rows)) + 60);
    }
    area.bottom = height - 42;
    const [xRange, yRange] = this.ranges();
    this.yScale = new Scale(...yRange, matrix ? area.top : area.bottom, matrix ? area.bottom : area.top, this.logY);
    if (!matrix) {  // room for the numbers at the axis
      const longest = Math.max(...this.yTicks(area).texts.map((t) => t.length));
      area.left = Math.min(110, Math.max(48, 30 + 7 * longest));
    }
    this.xScale = new Scale(...xRange, area.left, area.right, spec.x.log);
    this.area = area;
    svg.replaceChildren();
    this.tip.hidden = true;
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.setAttribute("width", width);
    svg.setAttribute("height", height);
    const id = `${this.figure.id}-clip`;
    const clip = shape(shape(svg, "defs"), "clipPath", { id });
    const frame = { x: area.left, y: area.top, width: area.right - area.left, height: area.bottom - area.top };
    shape(clip, "rect", frame);
    this.axes(width, height);
    const inner = shape(svg, "g", { "clip-path": `url(#${id})` });
    let marks = 0;
    if (spec.upright !== undefined) this.rule(inner, "upright", this.xScale.pixel(spec.upright), null);
    if (spec.level !== undefined) this.rule(inner, "level", null, this.yScale.pixel(spec.level));
    if (heat) marks += drawHeat(inner, heat, this.cells, this.xScale, this.yScale);
    const neurons = Math.max(1, yRange[1] - yRange[0]);
    const tickHeight = Math.max(1.5, Math.min(9, (0.8 * frame.height) / neurons));
    spec.series.forEach((s, k) => {
      if (!this.hidden.has(k)) marks += drawSeries(inner, s, k, s.xs, this.xScale, this.yScale, tickHeight);
    });
    if (heat) drawColourBar(svg, heat, area.right + 12, area.top, frame.height);
    shape(svg, "rect", { class: "frame", ...frame });
    this.cursor = shape(svg, "g", { class: "cursor" });
    this.selection = shape(svg, "rect", { class: "selection", width: 0, height: 0 });
    const zoomed = Boolean(this.view.x || this.view.y);
    this.resetButton.hidden = !zoomed;
    if (this.logButton) this.logButton.setAttribute("aria-pressed", String(this.logY));
    Object.assign(this.figure.dataset, { drawn: "true", marks: String(marks), zoomed: String(zoomed) });
  }

  rule(parent, className, x, y) {
    const { left, right, top, bottom } = this.area;
    const d = x === null ? `M${left},${y}H${right}` : `M${x},${top}V${bottom}`;
    shape(parent, "path", { class: className, d });
    if (className === "level" && this.spec.levelLabel) {
      shape(parent, "text", { class: "tick", x: left + 6, y: y - 5 }, this.spec.levelLabel);
    }
  }

  /** Ticks of y with their texts; rows and columns are numbered by whole numbers. */
  yTicks({ top, bottom }) {
    const { heat } = this.spec;
    const ticks = this.yScale.ticks(Math.max(3, (bottom - top) / 45))
      .filter((y) => !heat || (Number.isInteger(y) && y < heat.rows * heat.rowStep));
    return { ticks, texts: this.yScale.texts(ticks), offset: this.yScale.offset(ticks) };
  }

  axes(width, height) {
    const { left, right, top, bottom } = this.area;
    const grid = shape(this.svg, "g", { class: "axes" });
    const { heat } = this.spec;
    const matrix = heat && heat.matrix;
    const xTicks = this.xScale.ticks(Math.max(3, (right - left) / 85))
      .filter((x) => !matrix || (Number.isInteger(x) && x < heat.xTo));
    const xTexts = this.xScale.texts(xTicks);
    const xMiddle = matrix ? heat.columnStep / 2 : 0;
    xTicks.forEach((tick, k) => {
      const x = this.xScale.pixel(tick + xMiddle);
      shape(grid, "path", { class: "grid", d: `M${x},${top}V${bottom}` });
      shape(grid, "text", { class: "tick", x, y: bottom + 16, "text-anchor": "middle" }, xTexts[k]);
    });
    const { ticks: yTicks, texts: yTexts, offset } = this.yTicks(this.area);
    const yMiddle = heat ? heat.rowStep / 2 : 0;
    yTicks.forEach((tick, k) => {
      const y = this.yScale.pixel(tick + yMiddle);
      shape(grid, "path", { class: "grid", d: `M${left},${y}H${right}` });
      shape(grid, "text", { class: "tick", x: left - 6, y: y + 4, "text-anchor": "end" }, yTexts[k]);
    });
    if (offset) {
      shape(grid, "text", { class: "tick", x: left + 5, y: top + 14 }, `numbers at the left: + ${numberText(offset, 15)}`);
    }
    shape(grid, "text", { class: "name", x: (left + right) / 2, y: height - 6, "text-anchor": "middle" },
      axisText(this.spec.x));
    const middle = (top + bottom) / 2;
    shape(grid, "text", { class: "name", x: 12, y: middle, "text-anchor": "middle",
      transform: `rotate(-90 12 ${middle})` }, axisText(this.spec.y));
  }
}
