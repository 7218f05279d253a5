// Frequency planes side by side: one scale of color, the frequency and values under the pointer, and a ring or wedge
// that is drawn with the pointer. Only the end of a drag reruns the script.

const MARGIN = { left: 34, right: 6, top: 4, bottom: 32 };
const CLICK_DISTANCE = 4; // CSS pixels
const CLICK = { ring: 0.015, wedge: 0.03, degrees: 15 }; // half widths of what a click takes; degrees is a full width
const OUTERMOST = 0.708;
const TICKS = [-0.5, -0.25, 0, 0.25, 0.5];

const unpack = (bytes) => {
  const [header, slice] = unwrap(bytes);
  for (const pane of header.panes) {
    pane.codes = pane.length ? new Uint16Array(slice(pane.offset, pane.length).buffer) : null;
  }
  header.table = slice(header.table.offset, header.table.length);
  return header;
};

class Planes {
  constructor(root) {
    this.root = root;
    this.mode = "ring";
    this.drag = null;
    this.mark = null;
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(root.querySelector(".grid"));
    root.querySelector(".bar").addEventListener("click", (event) => this.press(event));
    root.nicviz = this.inspector();
  }

  destroy() {
    this.observer.disconnect();
    delete this.root.nicviz;
  }

  update(bytes, send) {
    const header = unpack(bytes);
    this.send = send;
    if (!this.drag) this.part = header.part;
    for (const name of [".segments", ".chosen"]) this.root.querySelector(name).hidden = !header.choosing;
    // A run that brings the same planes leaves them, and a drag over one, alone.
    const same = JSON.stringify([header.panes.map(({ codes, ...about }) => about), header.scale, header.unit]);
    if (same !== this.same) {
      this.same = same;
      this.header = header;
      this.drag = null;
      this.part = header.part;
      this.build();
      this.legend();
    }
    this.draw();
  }

  // What is shown

  build() {
    const figures = this.header.panes.map((pane) => {
      const dot = element("span", { class: "dot", style: `background:${pane.color}` });
      const name = element("span", { title: pane.title }, pane.title);
      const caption = element("figcaption", {}, dot, name, element("small", { title: pane.caption }, pane.caption));
      if (!pane.codes) {
        return element("figure", {}, caption, element("div", { class: pane.failed ? "status failed" : "status" }, pane.status));
      }
      pane.canvas = element("canvas", { "data-pane": pane.name, role: "img", "aria-label": `${pane.title}: spectrum` });
      pane.bitmap = this.paint(pane);
      this.listen(pane);
      return element("figure", {}, caption, pane.canvas);
    });
    this.root.querySelector(".grid").replaceChildren(...figures);
  }

  /** The value of a cell; the lower half of the plane is the upper one, mirrored. */
  value(pane, row, column) {
    const { columns, center, low, high } = pane;
    const [r, c] = row > center[0] ? [2 * center[0] - row, (2 * center[1] - column + columns) % columns] : [row, column];
    const code = pane.codes[r * columns + c];
    return code === 0 ? 0 : 10 ** (low + ((code - 1) / 65534) * (high - low));
  }

  paint(pane) {
    const { rows, columns } = pane;
    const canvas = element("canvas", { width: columns, height: rows });
    const context = canvas.getContext("2d");
    const image = context.createImageData(columns, rows);
    const shades = this.shades(pane);
    for (let row = 0; row < rows; row += 1) {
      for (let column = 0; column < columns; column += 1) {
        const [r, c] =
          row > pane.center[0] ? [2 * pane.center[0] - row, (2 * pane.center[1] - column + columns) % columns] : [row, column];
        const shade = 3 * shades[pane.codes[r * columns + c]];
        const at = 4 * (row * columns + column);
        for (let channel = 0; channel < 3; channel += 1) image.data[at + channel] = this.header.table[shade + channel];
        image.data[at + 3] = 255;
      }
    }
    context.putImageData(image, 0, 0);
    return canvas;
  }

  /** The color (0 … 255) of each of the 65536 codes. */
  shades({ low, high }) {
    const shades = new Uint8Array(65536);
    for (let code = 1; code < 65536; code += 1) {
      shades[code] = Math.round(255 * this.share(10 ** (low + ((code - 1) / 65534) * (high - low))));
    }
    return shades;
  }

  /** Where a value lies on the scale of color, 0 … 1. */
  share(value) {
    const { kind, bottom, top } = this.header.scale;
    if (!(top > bottom)) return 0;
    if (kind === "linear") return clamp((value - bottom) / (top - bottom), 0, 1);
    return clamp(Math.log(value / bottom) / Math.log(top / bottom), 0, 1);
  }

  legend() {
    const { scale, table, unit } = this.header;
    const stops = [...Array(16).keys()].map((k) => `rgb(${table.subarray(51 * k, 51 * k + 3).join(",")})`);
    this.root.querySelector(".gradient").style.background = `linear-gradient(90deg,${stops.join(",")})`;
    const at = (share, text) => element("span", { style: `left:${100 * share}%` }, text);
    const middle = scale.kind === "linear" ? (scale.bottom + scale.top) / 2 : Math.sqrt(scale.bottom * scale.top);
    const ends = [at(0, `≤ ${short(scale.bottom)}`), at(0.5, short(middle)), at(1, `≥ ${short(scale.top)} ${unit}`)];
    this.root.querySelector(".ticks").replaceChildren(...(scale.top > scale.bottom ? ends : [at(0, "0 everywhere")]));
  }

  draw() {
    if (!this.header) return;
    const grid = this.root.querySelector(".grid");
    arrange(grid, this.header.panes.length, grid.clientWidth < 620 ? 150 : 200);
    for (const pane of this.header.panes) if (pane.canvas) this.drawPane(pane);
    this.showChosen();
    for (const button of this.root.querySelectorAll("[data-mode]")) {
      button.setAttribute("aria-pressed", String(button.dataset.mode === this.mode));
    }
  }

  drawPane(pane) {
    const { canvas } = pane;
    const width = canvas.parentElement.clientWidth;
    if (!width) return;
    const side = width - MARGIN.left - MARGIN.right;
    const height = side + MARGIN.top + MARGIN.bottom;
    const ratio = window.devicePixelRatio;
    pane.side = side;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.style.height = `${height}px`;
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    this.drawAxes(context, side);
    context.save();
    context.translate(MARGIN.left, MARGIN.top);
    context.beginPath();
    context.rect(0, 0, side, side);
    context.clip();
    const [dy, dx] = pane.step;
    const [x, y] = [(-pane.center[1] - 0.5) * dx + 0.5, (-pane.center[0] - 0.5) * dy + 0.5];
    context.imageSmoothingEnabled = pane.columns * dx * side * ratio < pane.columns;
    context.drawImage(pane.bitmap, x * side, y * side, pane.columns * dx * side, pane.rows * dy * side);
    this.drawPart(context, side);
    context.restore();
  }

  drawAxes(context, side) {
    context.fillStyle = getComputedStyle(this.root).color;
    context.font = `10px ${getComputedStyle(this.root).fontFamily}`;
    context.globalAlpha = 0.7;
    for (const tick of TICKS) {
      const at = (tick + 0.5) * side;
      context.textAlign = tick === 0.5 ? "right" : tick === -0.5 ? "left" : "center";
      context.textBaseline = "top";
      context.fillText(minus(tick), MARGIN.left + at, MARGIN.top + side + 4);
      context.textAlign = "right";
      context.textBaseline = tick === 0.5 ? "bottom" : tick === -0.5 ? "top" : "middle";
      context.fillText(minus(tick), MARGIN.left - 4, MARGIN.top + at);
    }
    context.textAlign = "center";
    context.textBaseline = "bottom";
    context.fillText("cycles/pixel", MARGIN.left + side / 2, MARGIN.top + side + MARGIN.bottom - 1);
    context.globalAlpha = 1;
  }

  drawPart(context, side) {
    const { inner, outer, direction, width } = this.part;
    if (inner <= 0 && outer >= OUTERMOST - 1e-6 && width >= 180) return;
    const path = new Path2D();
    const middle = side / 2;
    if (width >= 180) {
      for (const radius of [outer, inner]) {
        path.moveTo(middle + radius * side, middle);
        path.arc(middle, middle, radius * side, 0, 2 * Math.PI);
      }
    } else {
      for (const turn of [0, 180]) {
        const [from, to] = [-1, 1].map((end) => (-(direction + turn + (end * width) / 2) * Math.PI) / 180);
        path.moveTo(middle + outer * side * Math.cos(from), middle + outer * side * Math.sin(from));
        path.arc(middle, middle, outer * side, from, to, true);
        path.arc(middle, middle, inner * side, to, from, false);
        path.closePath();
      }
    }
    const outside = new Path2D(path);
    outside.rect(0, 0, side, side);
    context.fillStyle = "rgba(0,0,0,0.35)";
    context.fill(outside, "evenodd");
    for (const [style, line] of [["rgba(0,0,0,0.8)", 3], ["#fff", 1.25]]) {
      context.strokeStyle = style;
      context.lineWidth = line;
      context.stroke(path);
    }
  }

  showChosen() {
    const { inner, outer, direction, width } = this.part;
    const ring = `${inner.toFixed(3)}–${Math.min(outer, OUTERMOST).toFixed(3)} cycles/pixel`;
    const whole = inner <= 0 && outer >= OUTERMOST - 1e-6 && width >= 180;
    const text = whole ? "Drag over a plane: its part of the error appears below." : ring;
    const wedge = width < 180 ? ` · ${direction.toFixed(0)}° ± ${(width / 2).toFixed(0)}°` : "";
    this.root.querySelector(".chosen").textContent = text + wedge;
  }

  // What users do

  press(event) {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.mode) this.mode = button.dataset.mode;
    else this.choose({ inner: 0, outer: OUTERMOST, direction: 0, width: 180 });
    this.draw();
  }

  listen(pane) {
    const { canvas } = pane;
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || !this.header.choosing) return;
      canvas.setPointerCapture(event.pointerId);
      const at = this.frequency(pane, event);
      this.drag = { start: at, x: event.clientX, y: event.clientY, before: this.part, moved: false };
    });
    canvas.addEventListener("pointermove", (event) => {
      const at = this.frequency(pane, event);
      this.show(at);
      if (!this.drag) return;
      this.drag.moved ||= Math.hypot(event.clientX - this.drag.x, event.clientY - this.drag.y) > CLICK_DISTANCE;
      if (!this.drag.moved) return;
      this.part = this.between(this.drag.start, at);
      this.draw();
    });
    canvas.addEventListener("pointerup", (event) => {
      if (!this.drag) return;
      const at = this.frequency(pane, event);
      const part = this.drag.moved ? this.between(this.drag.start, at) : this.around(at);
      this.drag = null;
      this.choose(part);
    });
    canvas.addEventListener("pointercancel", () => {
      if (this.drag) this.part = this.drag.before;
      this.drag = null;
      this.draw();
    });
    canvas.addEventListener("pointerleave", () => this.drag || this.show(null));
  }

  choose(part) {
    const round = (value) => Math.round(value * 1e4) / 1e4;
    this.part = Object.fromEntries(Object.entries(part).map(([key, value]) => [key, round(value)]));
    this.draw();
    this.send(this.part);
  }

  frequency(pane, event) {
    const box = pane.canvas.getBoundingClientRect();
    const fx = (event.clientX - box.left - MARGIN.left) / pane.side - 0.5;
    const fy = (event.clientY - box.top - MARGIN.top) / pane.side - 0.5;
    const degrees = (Math.atan2(-fy, fx) * 180) / Math.PI;
    return { fx, fy, radius: Math.hypot(fx, fy), degrees: (degrees + 360) % 180 };
  }

  between(a, b) {
    const [inner, outer] = [a.radius, b.radius].sort((p, q) => p - q).map((radius) => Math.min(radius, OUTERMOST));
    const ring = { inner, outer: Math.max(outer, inner + 0.002), direction: 0, width: 180 };
    if (this.mode === "ring") return ring;
    const turn = ((((b.degrees - a.degrees + 90) % 180) + 180) % 180) - 90; // the shorter way
    return { ...ring, direction: (a.degrees + turn / 2 + 180) % 180, width: clamp(Math.abs(turn), 1, 180) };
  }

  around({ radius, degrees }) {
    const half = CLICK[this.mode];
    const ring = { inner: clamp(radius - half, 0, OUTERMOST), outer: Math.min(radius + half, OUTERMOST) };
    const wedge = this.mode === "wedge" ? { direction: degrees, width: CLICK.degrees } : { direction: 0, width: 180 };
    return { ...ring, ...wedge };
  }

  show(at) {
    const readout = this.root.querySelector(".readout");
    const inside = at && Math.abs(at.fx) <= 0.5 && Math.abs(at.fy) <= 0.5;
    this.mark = inside ? at : null;
    if (!inside) return readout.replaceChildren();
    const three = (value) => minus(value.toFixed(3));
    const place = `x ${three(at.fx)}  y ${three(at.fy)}  |f| ${at.radius.toFixed(3)} cycles/pixel`;
    const period = at.radius > 0.004 ? ` (period ${short(1 / at.radius)} px)` : "";
    const values = this.header.panes.filter(({ codes }) => codes).map((pane) => {
      return element("span", {}, `${pane.title} `, element("b", {}, short(this.valueAt(pane, at))));
    });
    return readout.replaceChildren(element("span", {}, place + period), ...values, element("span", {}, this.header.unit));
  }

  valueAt(pane, { fx, fy }) {
    const row = clamp(Math.round(fy / pane.step[0]) + pane.center[0], 0, pane.rows - 1);
    const column = clamp(Math.round(fx / pane.step[1]) + pane.center[1], 0, pane.columns - 1);
    return this.value(pane, row, column);
  }

  // For tests

  inspector() {
    const planes = this;
    return {
      get part() {
        return planes.part;
      },
      get panes() {
        return planes.header.panes.map(({ name, codes, status }) => ({ name, shown: Boolean(codes), status }));
      },
      value(name, fx, fy) {
        return planes.valueAt(planes.header.panes.find((pane) => pane.name === name), { fx, fy });
      },
    };
  }
}

export default mounting(".planes", "part", (root) => new Planes(root));
