"use strict";
// Numbers as a person reads them, and where axes have their ticks.

const SUPERSCRIPTS = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

function superscript(n) {
  return [...String(n)].map((c) => SUPERSCRIPTS[c]).join("");
}

/** 0.00123456 as "0.00123456", 1.5e-9 as "1.5·10⁻⁹"; at most so many significant digits. */
function numberText(x, digits = 6) {
  if (x === null || !Number.isFinite(x)) return "–";
  if (x === 0) return "0";
  const size = Math.abs(x);
  if (size >= 1e-4 && size < 1e7) return String(Number(x.toPrecision(digits))).replace("-", "−");
  const [mantissa, exponent] = x.toExponential(digits - 1).split("e");
  const power = superscript(Number(exponent));
  const factor = Number(mantissa);
  const text = factor === 1 ? "10" : factor === -1 ? "−10" : `${String(factor).replace("-", "−")}·10`;
  return text + power;
}

/** Multiples of 1, 2 or 5 times a power of ten in [low, high], about `most` of them. */
function linearTicks(low, high, most) {
  const span = high - low;
  if (!(span > 0) || !Number.isFinite(span)) return [low];
  const rough = span / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((f) => f * power).find((s) => s >= rough * (1 - 1e-9));
  const ticks = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * span; ++k) {
    ticks.push(Number((k * step).toPrecision(15)));
  }
  return ticks;
}

/** Powers of ten in [low, high], thinned out to about `most`; where there are few, 2 and 5 times them as well. */
function logTicks(low, high, most) {
  const from = Math.ceil(Math.log10(low) - 1e-9);
  const to = Math.floor(Math.log10(high) + 1e-9);
  const every = Math.max(1, Math.ceil((to - from + 1) / Math.max(2, most)));
  const ticks = [];
  for (let k = from - 1; k <= to; ++k) {
    for (const factor of to - from < 2 ? [1, 2, 5] : [1]) {
      const tick = Number((factor * 10 ** k).toPrecision(12));
      if (tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9) && (factor > 1 || k % every === 0)) ticks.push(tick);
    }
  }
  return ticks.length > 1 ? ticks : linearTicks(low, high, most).filter((x) => x > 0);
}

/** Labels of logarithmic ticks: all as powers of ten where they go far. */
function logTexts(ticks) {
  const far = ticks.some((x) => x < 1e-3 || x > 1e4) && ticks.every((x) => Math.abs(Math.log10(x) % 1) < 1e-9);
  return ticks.map((x) => (far ? `10${superscript(Math.round(Math.log10(x)))}` : numberText(x, 3)));
}

/** What is taken off linear ticks that differ in their late digits alone; 0: nothing. */
function tickOffset(ticks) {
  const most = Math.max(...ticks.map(Math.abs), 0);
  return ticks.length > 1 && most > 1e6 * (ticks[1] - ticks[0]) ? ticks[0] : 0;
}

/** Labels of linear ticks: alike in their decimals, so that they can be told from each other. */
function tickTexts(ticks) {
  const offset = tickOffset(ticks);
  const told = ticks.map((x) => x - offset);
  const most = Math.max(...told.map(Math.abs), 0);
  if (ticks.length < 2 || most === 0) return told.map((x) => numberText(x));
  const digits = Math.max(1, Math.ceil(Math.log10(most / (told[1] - told[0])) + 1.3));
  return told.map((x) => numberText(x, digits));
}

/** "time [ms]" */
function axisText(axis) {
  return axis.unit ? `${axis.label} [${axis.unit}]` : axis.label;
}
