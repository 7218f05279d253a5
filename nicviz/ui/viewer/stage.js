// The stage: one cell (title and canvas) per picture, drawn once per frame of the screen.

const GAP = 6;
const MIN_PANE = 236; // CSS pixels; a narrower pane has no room for its caption
const DIVIDER_ICON = '<svg viewBox="0 0 16 16"><path d="M6 4L2 8l4 4M10 4l4 4-4 4" /></svg>';

/** Draws a bitmap or canvas as the view has it; above 100 % only the visible part, with nearest neighbor. */
function paint(context, source, view, port) {
  const origin = originOf(view, port);
  const { scale } = view;
  context.imageSmoothingEnabled = scale < 1;
  context.imageSmoothingQuality = "high";
  if (scale < 1) {
    context.drawImage(source, origin.x, origin.y, source.width * scale, source.height * scale);
    return;
  }
  const left = Math.max(0, Math.floor(-origin.x / scale));
  const top = Math.max(0, Math.floor(-origin.y / scale));
  const width = Math.min(source.width, Math.ceil((port.width - origin.x) / scale)) - left;
  const height = Math.min(source.height, Math.ceil((port.height - origin.y) / scale)) - top;
  if (width <= 0 || height <= 0) return;
  const [x, y] = [origin.x + left * scale, origin.y + top * scale];
  context.drawImage(source, left, top, width, height, x, y, width * scale, height * scale);
}

/** Marks an image pixel: its outline where pixels are large, a small cross where they are not. */
function paintMark(context, mark, view, port) {
  const origin = originOf(view, port);
  const { scale } = view;
  const unit = Math.max(1, Math.round(window.devicePixelRatio));
  const path = new Path2D();
  if (scale >= 6) {
    path.rect(origin.x + mark.x * scale, origin.y + mark.y * scale, scale, scale);
  } else {
    const [x, y] = [origin.x + (mark.x + 0.5) * scale, origin.y + (mark.y + 0.5) * scale];
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      path.moveTo(x + 4 * unit * dx, y + 4 * unit * dy);
      path.lineTo(x + 10 * unit * dx, y + 10 * unit * dy);
    }
  }
  for (const [color, width] of [["rgb(0 0 0 / 70%)", 3 * unit], ["#fff", unit]]) {
    context.strokeStyle = color;
    context.lineWidth = width;
    context.stroke(path);
  }
}

function paintRectangle(context, rectangle, view, port) {
  const origin = originOf(view, port);
  const { x, y, width, height } = rectangle;
  const box = [origin.x + x * view.scale, origin.y + y * view.scale, width * view.scale, height * view.scale];
  context.setLineDash([]);
  context.lineWidth = 3;
  context.strokeStyle = "rgb(0 0 0 / 70%)";
  context.strokeRect(...box);
  context.lineWidth = 1;
  context.strokeStyle = "#fff";
  context.strokeRect(...box);
}

class Stage {
  constructor(viewer, node) {
    this.viewer = viewer;
    this.node = node;
    this.cells = new Map();
    this.differences = new Map();
    // Sizes are taken in device pixels where the browser tells them; drawing here avoids an empty frame.
    this.canvasObserver = new ResizeObserver((entries) => {
      for (const entry of entries) this.resizeCanvas(entry);
      this.draw();
      viewer.redraw(); // the scale in the toolbar was that of a canvas not yet laid out
    });
    this.boxObserver = new ResizeObserver(() => viewer.changed());
    this.boxObserver.observe(node);
  }

  destroy() {
    this.canvasObserver.disconnect();
    this.boxObserver.disconnect();
    for (const difference of this.differences.values()) difference.close();
  }

  resizeCanvas({ target, devicePixelContentBoxSize: [exact] = [], contentRect }) {
    // Rounding is ambiguous by one pixel, which the browser settles; an emulated screen it reports without its ratio.
    const settle = (length, reported) => {
      const computed = length * window.devicePixelRatio;
      return Math.abs(computed - reported) <= 1 ? reported : Math.round(computed);
    };
    const width = settle(contentRect.width, exact?.inlineSize);
    const height = settle(contentRect.height, exact?.blockSize);
    if (target.width !== width) target.width = width;
    if (target.height !== height) target.height = height;
  }

  /** Makes the cells match what the mode shows; cells that stay keep their canvas. */
  build() {
    const wanted = this.viewer.cells();
    const ids = new Set(wanted.map(({ id }) => id));
    for (const [id, cell] of this.cells) if (!ids.has(id)) this.removeCell(id, cell);
    this.node.querySelector(".empty")?.remove();
    if (wanted.length === 0) {
      const text = this.viewer.panes.length ? "Choose a picture above." : "No pictures yet.";
      this.node.append(element("p", { class: "empty" }, text));
    }
    wanted.forEach(({ id, panes }, index) => {
      const cell = this.cells.get(id) ?? this.addCell(id, panes.length > 1);
      cell.panes = panes;
      if (this.node.children[index] !== cell.figure) this.node.insertBefore(cell.figure, this.node.children[index]);
      this.updateCell(cell);
    });
    this.pruneDifferences();
    this.arrange();
  }

  addCell(id, divided) {
    const canvas = element("canvas", { role: "img" });
    const cover = element("div", { class: "cover", role: "status", hidden: "" }, element("span"));
    const frame = element("div", { class: "frame" }, canvas, cover);
    const title = element("figcaption");
    const figure = element("figure", { class: "pane", "data-cell": id }, title, frame);
    const cell = { id, canvas, cover, frame, title, figure, titles: "", context: canvas.getContext("2d"), panes: [] };
    if (divided) {
      const handle = { class: "divider", role: "slider", tabindex: "0", "aria-label": "Position of the split" };
      cell.divider = element("div", { ...handle, "aria-valuemin": "0", "aria-valuemax": "100" });
      cell.divider.innerHTML = DIVIDER_ICON;
      frame.append(cell.divider);
    }
    frame.cell = cell;
    this.cells.set(id, cell);
    const exact = "devicePixelContentBoxSize" in ResizeObserverEntry.prototype;
    this.canvasObserver.observe(canvas, exact ? { box: "device-pixel-content-box" } : {});
    return cell;
  }

  removeCell(id, cell) {
    this.canvasObserver.unobserve(cell.canvas);
    cell.figure.remove();
    this.cells.delete(id);
  }

  updateCell(cell) {
    const labels = cell.panes.map((pane) => [pane.name, pane.title, this.captionOf(pane), pane.color, Boolean(pane.png)]);
    const titles = JSON.stringify(labels);
    if (titles !== cell.titles) {
      cell.titles = titles;
      cell.title.replaceChildren(...cell.panes.map((pane) => label(pane, this.captionOf(pane))));
      const spoken = cell.panes.map((pane) => [pane.title, this.captionOf(pane)].filter(Boolean).join(", "));
      cell.canvas.setAttribute("aria-label", spoken.join(" | ") || "picture");
    }
    const { text, kind } = this.coverOf(cell);
    cell.cover.hidden = !kind;
    cell.cover.className = `cover ${kind}`;
    const span = cell.cover.firstChild;
    if (span.textContent !== text) span.textContent = text;
  }

  captionOf(pane) {
    if (this.viewer.state.mode !== "difference") return pane.caption;
    if (pane === this.viewer.reference()) return "reference";
    const difference = this.differenceOf(pane)?.latest;
    if (!difference) return pane.caption;
    return difference.max === 0 ? "identical" : `max ${difference.max} · mean ${difference.mean.toFixed(2)} levels`;
  }

  /** What covers a cell: nothing, a message that work goes on, or why there is no picture. */
  coverOf(cell) {
    const sideOf = (pane) => (cell.panes.length < 2 ? "" : pane === cell.panes[0] ? " on-left" : " on-right");
    const failed = cell.panes.find((pane) => pane.failed);
    if (failed) return { kind: `failed${sideOf(failed)}`, text: failed.status || "This picture could not be made." };
    const pending = cell.panes.find((pane) => !pane.current);
    if (pending) return { kind: `busy${sideOf(pending)}`, text: pending.png ? "" : pending.status || "waiting…" };
    const [pane] = cell.panes;
    const reference = this.viewer.reference();
    if (this.viewer.state.mode !== "difference" || pane === reference) return { kind: "", text: "" };
    if (!reference?.current) return { kind: "note", text: `waiting for the reference, ${reference?.title ?? "none"}` };
    if (isSize(pane.picture, reference.picture)) return { kind: "", text: "" };
    const size = ({ picture }) => `${picture.width} × ${picture.height}`;
    const text = `No difference: ${size(pane)} pixels here, ${size(reference)} in ${reference.title}.`;
    return { kind: "note", text };
  }

  /** The difference picture of a pane, started if it is new; null where there can be none. */
  differenceOf(pane) {
    const { gain, absolute } = this.viewer.state;
    const reference = this.viewer.reference();
    if (!pane.current || !reference?.current || pane === reference) return null;
    if (!isSize(pane.picture, reference.picture)) return null;
    const known = this.differences.get(pane.name);
    const same = known?.isOf(pane.picture, reference.picture);
    if (same && known.isShownAs(gain, absolute)) return known;
    const difference = new Difference(pane.picture, reference.picture, gain, absolute);
    if (same) difference.replace(known);
    else known?.close();
    this.differences.set(pane.name, difference);
    difference.compute().then(() => this.viewer.changed());
    return difference;
  }

  pruneDifferences() {
    const needed = this.viewer.state.mode === "difference" ? this.cells : new Map();
    for (const [name, difference] of this.differences) {
      if (needed.has(name)) continue;
      difference.close();
      this.differences.delete(name);
    }
  }

  arrange() {
    this.setColumns(TITLE_HEIGHT);
    const height = fitTitles(this.node);
    if (height !== TITLE_HEIGHT) this.setColumns(height);
    this.viewer.redraw();
  }

  setColumns(titleHeight) {
    const count = this.cells.size;
    const size = this.viewer.baseSize() ?? { width: 3, height: 2 };
    const { clientWidth: width, clientHeight: height } = this.node;
    const most = Math.max(1, Math.min(count, Math.floor(width / MIN_PANE)));
    const columns = bestColumns(count, most, size, { width, height }, titleHeight + GAP);
    this.node.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
  }

  portOf(cell) {
    return { width: cell.canvas.width, height: cell.canvas.height };
  }

  /** The canvas that zoom levels refer to; all have the same size. */
  mainPort() {
    const [cell] = this.cells.values();
    return cell ? this.portOf(cell) : { width: 1, height: 1 };
  }

  draw() {
    const size = this.viewer.baseSize();
    for (const cell of this.cells.values()) {
      const port = this.portOf(cell);
      cell.context.clearRect(0, 0, port.width, port.height);
      if (size && port.width && port.height) this.drawCell(cell, settleView(this.viewer.state.view, size, port), port);
    }
  }

  drawCell(cell, view, port) {
    const { context, panes, divider } = cell;
    if (divider) {
      const { split } = this.viewer.state;
      const edge = Math.round(split * port.width);
      this.drawPart(context, panes[0], view, port, 0, edge);
      this.drawPart(context, panes[1], view, port, edge, port.width);
      cell.frame.style.setProperty("--split", `${100 * split}%`);
      divider.setAttribute("aria-valuenow", Math.round(100 * split));
    } else {
      this.drawPane(context, panes[0], view, port);
    }
    if (!panes.some((pane) => pane.shown)) return;
    const { mark, rectangle } = this.viewer;
    if (mark) paintMark(context, mark, view, port);
    if (rectangle) paintRectangle(context, rectangle, view, port);
  }

  drawPart(context, pane, view, port, left, right) {
    context.save();
    context.beginPath();
    context.rect(left, 0, right - left, port.height);
    context.clip();
    this.drawPane(context, pane, view, port);
    context.restore();
  }

  drawPane(context, pane, view, port) {
    if (!pane.shown) return;
    let source = pane.shown.bitmap;
    if (this.viewer.state.mode === "difference" && pane !== this.viewer.reference()) {
      source = this.differenceOf(pane)?.latest?.canvas;
      if (!source) return;
    }
    context.globalAlpha = pane.current ? 1 : 0.25;
    paint(context, source, view, port);
    context.globalAlpha = 1;
  }
}
