"use strict";
// From numbers to pixels and back; drawing elements of SVG.

const SVG = "http://www.w3.org/2000/svg";

/** An element of SVG within `parent`. Text goes in as text, never as markup. */
function shape(parent, name, attributes = {}, text = null) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== null) element.textContent = text;
  parent.appendChild(element);
  return element;
}

function element(parent, name, className = "", text = null) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== null) made.textContent = text;
  parent.appendChild(made);
  return made;
}

/** A map from [low, high] to pixels [from, to]; logarithmic where asked for. */
class Scale {
  constructor(low, high, from, to, log) {
    Object.assign(this, { low, high, from, to, log });
    this.begin = log ? Math.log10(low) : low;
    this.span = (log ? Math.log10(high) : high) - this.begin || 1;
  }
  pixel(x) {
    const at = this.log ? Math.log10(x) : x;
    return this.from + ((at - this.begin) / this.span) * (this.to - this.from);
  }
  value(pixel) {
    const at = this.begin + ((pixel - this.from) / (this.to - this.from)) * this.span;
    return this.log ? 10 ** at : at;
  }
  drawable(x) {
    return x !== null && Number.isFinite(x) && (!this.log || x > 0);
  }
  ticks(most) {
    return this.log ? logTicks(this.low, this.high, most) : linearTicks(this.low, this.high, most);
  }
  offset(ticks) {
    return this.log ? 0 : tickOffset(ticks);
  }
  texts(ticks) {
    return this.log ? logTexts(ticks) : tickTexts(ticks);
  }
}

/** Smallest and largest of what can be drawn, or null where nothing can. */
function rangeOf(lists, log) {
  let low = Infinity;
  let high = -Infinity;
  for (const list of lists) {
    for (const x of list) {
      if (x === null || !Number.isFinite(x) || (log && x <= 0)) continue;
      if (x < low) low = x;
      if (x > high) high = x;
    }
  }
  return low <= high ? [low, high] : null;
}

/** A range with some air around it; one of a single number gets a width. */
function padded([low, high], log, share) {
  if (log) {
    const air = Math.max(share * Math.log10(high / low), low === high ? 0.5 : 0);
    return [low / 10 ** air, high * 10 ** air];
  }
  const air = high > low ? share * (high - low) : Math.max(Math.abs(low) * 0.1, 1e-12) || 1;
  return [low - air, high + air];
}
