// Maps of cells side by side, drawn anew in place while they grow: the values of all of them at the frequency under the
// pointer, and a cell that is chosen by a click or by the keyboard. Only a choice reruns the script.

const EDGE = { left: 48, right: 62, top: 20, bottom: 36 }; // around a map, CSS pixels
const BAR = { gap: 12, width: 10 };
const FRAME = "#12b886";
const LEAP = 4; // cells, with Shift
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Four digits after the point, ties to even as in the heading of a cell below. */
const four = new Intl.NumberFormat("en", { minimumFractionDigits: 4, maximumFractionDigits: 4, roundingMode: "halfEven" });

/** Round values from low to high, about `count` of them. */
const ticks = (low, high, count) => {
  const rough = (high - low) / count;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * unit).find((candidate) => candidate >= rough * 0.999);
  const first = Math.ceil(low / step - 1e-6);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return [...Array(Math.floor(high / step + 1e-6) - first + 1).keys()].map((k) => {
    const value = (first + k) * step;
    return { value, text: minus((Math.abs(value) < step / 2 ? 0 : value).toFixed(digits)) };
  });
};

class Cells {
  constructor(root) {
    this.root = root;
    this.figures = new Map(); // by name of the pane
    this.cursor = null; // [u, v] in cells from the center
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(root.querySelector(".grid"));
    root.nicviz = this.inspector();
  }

  destroy() {
    this.observer.disconnect();
    delete this.root.nicviz;
  }

  update(bytes, send) {
    const [header, slice] = unwrap(bytes);
    this.send = send;
    for (const pane of header.panes) {
      pane.values = pane.length ? new Float32Array(slice(pane.offset, pane.length).buffer) : null;
      if (pane.values) pane.bitmap = this.paint(pane, slice(pane.table, 768), header.side);
    }
    this.header = header;
    this.reach = (header.side - 1) / 2;
    this.chosen = header.chosen;
    if (this.cursor?.some((at) => Math.abs(at) > this.reach)) this.cursor = null;
    this.build();
    this.draw();
  }

  // What is shown

  build() {
    const grid = this.root.querySelector(".grid");
    const figures = this.header.panes.map((pane) => {
      const figure = this.figures.get(pane.name) ?? this.make(pane.name);
      this.figures.set(pane.name, figure);
      figure.pane = pane;
      figure.dot.style.background = pane.color;
      figure.title.textContent = figure.title.title = pane.title;
      figure.caption.textContent = figure.caption.title = pane.caption;
      figure.note.textContent = pane.note;
      figure.status.textContent = pane.status;
      figure.status.className = pane.failed ? "status failed" : "status";
      figure.status.hidden = Boolean(pane.values);
      figure.canvas.hidden = !pane.values;
      figure.canvas.setAttribute("aria-label", `${pane.title}: map of ${this.header.side} × ${this.header.side} frequencies; arrow keys and Enter choose one`);
      return figure.node;
    });
    if (figures.length !== grid.children.length || figures.some((node, k) => node !== grid.children[k])) {
      grid.replaceChildren(...figures);
    }
  }

  make(name) {
    const parts = {
      dot: element("span", { class: "dot" }),
      title: element("span"),
      caption: element("small"),
      canvas: element("canvas", { "data-pane": name, role: "img", tabindex: "0" }),
      status: element("div"),
      note: element("p", { class: "note" }),
    };
    const heading = element("figcaption", {}, parts.dot, parts.title, parts.caption);
    const node = element("figure", {}, heading, parts.canvas, parts.status, parts.note);
    const figure = { ...parts, node };
    this.listen(figure);
    return figure;
  }

  /** The map as a picture, v downwards as in the spectral planes and the pictures; what has no value stays empty. */
  paint({ values, low, high }, table, side) {
    const canvas = element("canvas", { width: side, height: side });
    const context = canvas.getContext("2d");
    const image = context.createImageData(side, side);
    values.forEach((value, at) => {
      if (Number.isNaN(value)) return;
      const shade = 3 * Math.round(255 * clamp((value - low) / (high - low), 0, 1));
      const to = 4 * at;
      image.data.set([table[shade], table[shade + 1], table[shade + 2], 255], to);
    });
    context.putImageData(image, 0, 0);
    canvas.stops = [...Array(16).keys()].map((k) => `rgb(${table.subarray(51 * k, 51 * k + 3).join(",")})`);
    return canvas;
  }

  draw() {
    if (!this.header) return;
    arrange(this.root.querySelector(".grid"), this.header.panes.length, 300, 2);
    for (const { name } of this.header.panes) this.drawMap(this.figures.get(name));
    this.read();
  }

  drawMap({ canvas, pane, node }) {
    const width = node.clientWidth;
    if (!width || !pane.values) return;
    const side = width - EDGE.left - EDGE.right;
    const height = side + EDGE.top + EDGE.bottom;
    const ratio = window.devicePixelRatio;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.style.height = `${height}px`;
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    context.fillStyle = getComputedStyle(this.root).color;
    context.font = `11px ${getComputedStyle(this.root).fontFamily}`;
    context.globalAlpha = 0.75;
    this.drawAxes(context, side);
    this.drawBar(context, side, pane);
    context.globalAlpha = 1;
    context.save();
    context.translate(EDGE.left, EDGE.top);
    context.beginPath();
    context.rect(0, 0, side, side);
    context.clip();
    context.imageSmoothingEnabled = false;
    context.drawImage(pane.bitmap, 0, 0, side, side);
    this.drawFrames(context, side / this.header.side);
    context.restore();
    pane.side = side;
  }

  drawAxes(context, side) {
    const edge = (this.reach + 0.5) * this.header.step;
    for (const { value, text } of ticks(-edge, edge, side < 240 ? 4 : 6)) {
      const at = (value / edge / 2 + 0.5) * side;
      context.textAlign = "center";
      context.textBaseline = "top";
      context.fillText(text, EDGE.left + at, EDGE.top + side + 5);
      context.textAlign = "right";
      context.textBaseline = "middle";
      context.fillText(text, EDGE.left - 5, EDGE.top + at);
    }
    const [across, down] = ["horizontal frequency u (cycles/pixel)", "vertical frequency v (cycles/pixel)"];
    const name = (text) => (context.measureText(text).width <= side ? text : text.split(" ").slice(-2).join(" "));
    context.textAlign = "center";
    context.textBaseline = "bottom";
    context.fillText(name(across), EDGE.left + side / 2, EDGE.top + side + EDGE.bottom - 1);
    context.save();
    context.translate(1, EDGE.top + side / 2);
    context.rotate(-Math.PI / 2);
    context.textBaseline = "top";
    context.fillText(name(down), 0, 0);
    context.restore();
  }

  drawBar(context, side, { low, high, bitmap }) {
    const left = EDGE.left + side + BAR.gap;
    const text = context.fillStyle;
    const gradient = context.createLinearGradient(0, EDGE.top + side, 0, EDGE.top);
    bitmap.stops.forEach((color, k) => gradient.addColorStop(k / 15, color));
    context.save();
    context.globalAlpha = 1;
    context.fillStyle = gradient;
    context.fillRect(left, EDGE.top, BAR.width, side);
    context.restore();
    context.fillStyle = text;
    context.textAlign = "left";
    context.textBaseline = "bottom";
    context.fillText(this.header.unit, left - 2, EDGE.top - 5);
    context.textBaseline = "middle";
    for (const tick of ticks(low, high, 6)) {
      const y = EDGE.top + side * (1 - (tick.value - low) / (high - low));
      context.fillText(tick.text, left + BAR.width + 4, y);
    }
  }

  /** The chosen cell and, thinner, the one that is the same by symmetry; dashed, the one under the pointer or the keyboard. */
  drawFrames(context, size) {
    const frame = ([u, v], color, width, dash = []) => {
      context.strokeStyle = color;
      context.lineWidth = width;
      context.setLineDash(dash);
      context.strokeRect((u + this.reach) * size, (v + this.reach) * size, size, size);
    };
    const [u, v] = this.chosen;
    frame([-u, -v], FRAME, 1.5);
    frame([u, v], FRAME, 3);
    if (!this.cursor) return;
    frame(this.cursor, "#fff", 1);
    frame(this.cursor, "#000", 1, [2, 2]);
  }

  /** Tell frequency and values of the cell under the pointer or the keyboard, else of the chosen one. */
  read() {
    const [u, v] = this.cursor ?? this.chosen;
    const [x, y] = [u, v].map((cells) => cells * this.header.step);
    const radius = Math.hypot(x, y);
    const period = radius > 0 ? ` (period ${short(1 / radius)} px)` : "";
    const place = `u ${minus(four.format(x))}  v ${minus(four.format(y))}  |f| ${radius.toFixed(3)} cycles/pixel${period}`;
    const values = this.header.panes.filter((pane) => pane.values).map((pane) => {
      const value = this.value(pane, u, v);
      const text = Number.isNaN(value) ? "no value" : Number.isFinite(value) ? minus(value.toFixed(this.header.digits)) : "∞";
      return element("span", {}, `${pane.title} `, element("b", {}, text));
    });
    const unit = values.length ? [element("span", {}, this.header.unit)] : [];
    this.root.querySelector(".readout").replaceChildren(element("span", {}, place), ...values, ...unit);
  }

  value(pane, u, v) {
    return pane.values[(v + this.reach) * this.header.side + u + this.reach];
  }

  // What users do

  listen(figure) {
    const { canvas } = figure;
    const move = (cell) => {
      if (String(cell) === String(this.cursor)) return;
      this.cursor = cell;
      this.draw();
    };
    canvas.addEventListener("pointermove", (event) => move(this.cell(figure, event)));
    canvas.addEventListener("pointerleave", () => move(null));
    canvas.addEventListener("blur", () => move(null));
    canvas.addEventListener("click", (event) => {
      const cell = this.cell(figure, event);
      if (cell) this.choose(cell);
    });
    canvas.addEventListener("keydown", (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      const direction = KEYS[event.key];
      if (direction) {
        const from = this.cursor ?? this.chosen;
        move(from.map((at, axis) => clamp(at + direction[axis] * (event.shiftKey ? LEAP : 1), -this.reach, this.reach)));
      } else if (event.key === "Home") move([0, 0]);
      else if (event.key === "Escape") move(null);
      else if ((event.key === "Enter" || event.key === " ") && this.cursor) this.choose(this.cursor);
      else return;
      event.preventDefault();
    });
  }

  /** The cell [u, v] at the pointer; null beside the map. */
  cell({ canvas, pane }, event) {
    const box = canvas.getBoundingClientRect();
    const size = pane.side / this.header.side;
    const u = Math.floor((event.clientX - box.left - EDGE.left) / size) - this.reach;
    const v = Math.floor((event.clientY - box.top - EDGE.top) / size) - this.reach;
    return Math.max(Math.abs(u), Math.abs(v)) <= this.reach ? [u, v] : null;
  }

  choose(cell) {
    this.chosen = cell;
    this.draw();
    this.send({ u: cell[0], v: cell[1] });
  }

  // For tests

  inspector() {
    const cells = this;
    return {
      get chosen() {
        return cells.chosen;
      },
      get panes() {
        return cells.header.panes.map(({ name, values, status }) => ({ name, shown: Boolean(values), status }));
      },
      value(name, u, v) {
        return cells.value(cells.header.panes.find((pane) => pane.name === name), u, v);
      },
      /** Where the middle of a cell is on the screen. */
      place(name, u, v) {
        const { canvas, pane } = cells.figures.get(name);
        const box = canvas.getBoundingClientRect();
        const size = pane.side / cells.header.side;
        return { x: box.left + EDGE.left + (u + cells.reach + 0.5) * size, y: box.top + EDGE.top + (v + cells.reach + 0.5) * size };
      },
    };
  }
}

export default mounting(".cells", "cell", (root) => new Cells(root));
