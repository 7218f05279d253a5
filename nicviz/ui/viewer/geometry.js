// Geometry of the zoomed picture; pure functions.
//
// A view is {scale, x, y}: canvas (device) pixels per image pixel, and the image point at the center of the canvas.
// A null view means "fit". A port is the size {width, height} of a canvas in device pixels.

const MAX_SCALE = 64;
const ZOOM_STEPS = [1 / 32, 1 / 16, 1 / 8, 1 / 6, 1 / 4, 1 / 3, 1 / 2, 2 / 3, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64];

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

const isSize = (a, b) => a.width === b.width && a.height === b.height;

/** The scale at which the whole picture is seen; above 100 % a whole number, so that all pixels are equally large. */
function fitScale(size, port) {
  const scale = Math.min(port.width / size.width, port.height / size.height);
  return scale > 1 ? Math.min(Math.floor(scale), MAX_SCALE) : scale;
}

const smallestScale = (size, port) => Math.min(fitScale(size, port), 1);

/** The view that is really shown: "fit" resolved, scale within its limits, the picture not pushed out of the canvas. */
function settleView(view, size, port) {
  if (view === null) return { scale: fitScale(size, port), x: size.width / 2, y: size.height / 2 };
  const scale = clamp(view.scale, smallestScale(size, port), MAX_SCALE);
  const settle = (center, length, visible) =>
    length <= visible ? length / 2 : clamp(center, visible / 2, length - visible / 2);
  return {
    scale,
    x: settle(view.x, size.width, port.width / scale),
    y: settle(view.y, size.height, port.height / scale),
  };
}

/** Where image point (0, 0) lies on the canvas: whole device pixels, so that 100 % needs no interpolation. */
function originOf(view, port) {
  return {
    x: Math.round(port.width / 2 - view.x * view.scale),
    y: Math.round(port.height / 2 - view.y * view.scale),
  };
}

/** The image point (not rounded) under a canvas point. */
function toImage(view, port, point) {
  const origin = originOf(view, port);
  return { x: (point.x - origin.x) / view.scale, y: (point.y - origin.y) / view.scale };
}

/** The view at another scale that leaves the image point under `point` where it is. */
function zoomAt(view, port, point, scale) {
  const fixed = toImage(view, port, point);
  return {
    scale,
    x: fixed.x + (port.width / 2 - point.x) / scale,
    y: fixed.y + (port.height / 2 - point.y) / scale,
  };
}

/** The next larger (direction 1) or smaller (−1) step of the zoom ladder. */
function nextZoomStep(scale, direction) {
  const steps = direction > 0 ? ZOOM_STEPS : [...ZOOM_STEPS].reverse();
  return steps.find((step) => direction * (step - scale) > scale * 1e-3) ?? scale;
}

/** The number of columns, up to `most`, that shows `count` pictures largest in a box; `header` is the height of a title. */
function bestColumns(count, most, size, box, header) {
  let best = { columns: 1, scale: 0 };
  for (let columns = 1; columns <= most; columns += 1) {
    const rows = Math.ceil(count / columns);
    const scale = Math.min(box.width / columns / size.width, (box.height / rows - header) / size.height);
    if (scale > best.scale * 1.02) best = { columns, scale };
  }
  return best.columns;
}
