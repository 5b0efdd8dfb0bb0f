"use strict";
// Colours of numbers. Of series: classes c0 to c7 in page.css, the palette of M. Okabe and K. Ito (2008), which is told
// apart by all kinds of colour vision.

const SERIES_COLOURS = 8;

// Cividis: J. R. Nunez, C. R. Anderton, R. S. Renslow, PLoS ONE 13 (2018) e0199239, at nine places.
const SEQUENTIAL = [
  [0, 34, 78], [18, 53, 112], [59, 73, 108], [87, 93, 109], [112, 113, 115],
  [138, 134, 120], [165, 156, 116], [195, 179, 105], [254, 232, 56],
];
const DIVERGING = [[0, 75, 130], [0, 114, 178], [132, 185, 220], [247, 247, 247], [240, 170, 120], [213, 94, 0], [140, 55, 0]];
const NOTHING = [128, 128, 128, 60];

/** The colour at s in [0, 1] of a list of colours at equal distances. */
function colourAt(stops, s) {
  const at = Math.min(1, Math.max(0, s)) * (stops.length - 1);
  const k = Math.min(stops.length - 2, Math.floor(at));
  return stops[k].map((c, i) => Math.round(c + (at - k) * (stops[k + 1][i] - c)));
}

/** A picture of width x height points as a data URL; colour(column, row) with row 0 at the top. */
function picture(width, height, colour) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  let at = 0;
  for (let row = 0; row < height; ++row) {
    for (let column = 0; column < width; ++column) {
      const [r, g, b, a = 255] = colour(column, row);
      image.data[at++] = r;
      image.data[at++] = g;
      image.data[at++] = b;
      image.data[at++] = a;
    }
  }
  context.putImageData(image, 0, 0);
  return canvas.toDataURL();
}
