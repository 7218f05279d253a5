// The viewer itself: its state, the panes that the server sent, and what users do with them.
//
// The state lives in the browser. A rerun of the script only brings new panes; moving, zooming and changing the mode
// cause none. Methods that keys call return false where they have no meaning.

const freshState = () => ({
  mode: "side",
  chosen: null, // names of the panes shown side by side, oldest choice first; null = nothing chosen yet
  known: [], // names seen so far: a new pane is shown by itself
  left: null,
  right: null,
  active: null, // flicker: the pane shown, and the one before
  previous: null,
  split: 0.5,
  gain: 8,
  absolute: false,
  reference: null,
  auto: false,
  rate: 2,
  view: null, // see geometry.js
  size: null, // of the pictures that the view was made for
});
const NARROW = 620;
const rememberedStates = new Map(); // by the key of the caller: a page that is opened again looks as it was left

class Viewer {
  constructor(root) {
    this.root = root;
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    this.state = freshState();
    this.panes = [];
    this.references = [];
    this.room = 2; // panes on a narrow screen
    this.together = false; // whether new pictures wait for each other
    this.events = new Set();
    this.pictures = new Map(); // by hash
    this.mark = null;
    this.rectangle = null;
    this.cropping = false; // the next drag draws what is cut out
    this.frame = 0;
    this.timer = 0;
    const stage = root.querySelector(".stage");
    this.stage = new Stage(this, stage);
    this.toolbar = new Toolbar(this, root, signal);
    this.input = new Input(this, root, stage, signal);
    this.keys = new Keys(this, root, this.input, signal);
    root.nicviz = this.inspector();
  }

  destroy() {
    this.listeners.abort();
    this.stage.destroy();
    cancelAnimationFrame(this.frame);
    clearInterval(this.timer);
    for (const picture of this.pictures.values()) picture.close();
    Link.leave(this);
    delete this.root.nicviz;
  }

  // What the server sends

  update(bytes, send) {
    const header = unpack(bytes);
    this.send = send;
    this.root.style.setProperty("--height", `${header.height}px`);
    if (!rememberedStates.has(header.key)) rememberedStates.set(header.key, { ...this.state, ...Link.take() });
    this.state = rememberedStates.get(header.key);
    this.references = header.references;
    this.room = header.room;
    this.together = header.together;
    this.events = new Set(header.events);
    const before = this.panes;
    const sameImage = before[0]?.hash === header.panes[0]?.hash;
    this.panes = header.panes.map((pane) => {
      const picture = pane.hash ? this.picture(pane) : null;
      // Until its new picture is there a pane shows its last one, dimmed, unless all pictures are of another image.
      const shown = sameImage && !pane.failed ? (before.find(({ name }) => name === pane.name)?.shown ?? null) : null;
      return { ...pane, picture, shown, current: false };
    });
    if (this.state.mode === "difference" && !this.references.length) this.state.mode = "side"; // maps: nothing to subtract
    this.showNewNames();
    this.settle();
  }

  picture(pane) {
    const known = this.pictures.get(pane.hash);
    if (known) return known;
    const picture = new Picture(pane.png);
    this.pictures.set(pane.hash, picture);
    picture.ready.then(() => this.settle());
    return picture;
  }

  /** Takes over what has been decoded and forgets what no pane shows any more. */
  settle() {
    const waits = this.together && this.panes.some(({ picture }) => picture && !picture.bitmap && !picture.failed);
    for (const pane of this.panes) {
      pane.current = Boolean(pane.picture?.bitmap) && !waits;
      if (pane.current) pane.shown = pane.picture;
      if (pane.picture?.failed) Object.assign(pane, { failed: true, status: "The browser cannot decode this picture." });
    }
    const size = this.baseSize();
    if (size) this.root.style.setProperty("--shape", `${size.width} / ${size.height}`);
    for (const pane of this.panes) if (!pane.current && pane.shown && !isSize(pane.shown, size)) pane.shown = null;
    if (size && this.panes.every(({ picture, current, failed }) => !picture || current || failed)) this.keepView(size);
    this.forgetPictures();
    this.changed();
  }

  /** Zoom and pan stay with pictures of one size; others are shown whole. */
  keepView(size) {
    if (this.state.size && !isSize(this.state.size, size)) {
      this.state.view = null;
      this.rectangle = null;
      this.mark = null;
    }
    this.state.size = size;
  }

  forgetPictures() {
    const needed = new Set(this.panes.flatMap(({ picture, shown }) => [picture, shown]));
    for (const [hash, picture] of this.pictures) {
      if (needed.has(picture)) continue;
      picture.close();
      this.pictures.delete(hash);
    }
  }

  showNewNames() {
    const { state } = this;
    const names = this.panes.map(({ name }) => name);
    state.known ??= names;
    const fresh = names.filter((name) => !state.known.includes(name));
    if (state.chosen) state.chosen.push(...fresh);
    state.known = [...state.known, ...fresh];
  }

  // What is shown

  pane(name) {
    return this.panes.find((pane) => pane.name === name);
  }

  /** Names of the panes side by side, oldest choice first. */
  shownNames() {
    const names = this.panes.map(({ name }) => name);
    const room = this.root.clientWidth <= NARROW ? this.room : Infinity;
    return shownOf(this.state.chosen, names, this.references, room);
  }

  visible() {
    const shown = this.shownNames();
    return this.panes.filter(({ name }) => shown.includes(name));
  }

  pair() {
    const { left, right } = this.state;
    const last = this.panes.findLast(({ failed }) => !failed) ?? this.panes.at(-1);
    return [this.pane(left) ?? this.panes[0], this.pane(right) ?? last];
  }

  active() {
    return this.pane(this.state.active) ?? this.panes[0];
  }

  referencePanes() {
    return this.panes.filter(({ name }) => this.references.includes(name));
  }

  reference() {
    const candidates = this.referencePanes();
    return candidates.find(({ name }) => name === this.state.reference) ?? candidates[0] ?? this.panes[0];
  }

  cells() {
    if (this.panes.length === 0) return [];
    const { mode } = this.state;
    if (mode === "split") return [{ id: "split", panes: this.pair() }];
    if (mode === "flicker") return [{ id: "flicker", panes: [this.active()] }];
    return this.visible().map((pane) => ({ id: pane.name, panes: [pane] }));
  }

  /** The size that zoom and pan refer to: of the first picture there is. */
  baseSize() {
    const first = this.panes.find(({ shown, current }) => shown && current) ?? this.panes.find(({ shown }) => shown);
    return first ? { width: first.shown.width, height: first.shown.height } : null;
  }

  currentView(port = this.stage.mainPort()) {
    const size = this.baseSize();
    return size ? settleView(this.state.view, size, port) : null;
  }

  /** The whole-numbered image pixel under a point of a cell. */
  imagePoint(cell, point) {
    const port = this.stage.portOf(cell);
    const view = this.currentView(port);
    if (!view) return null;
    const { x, y } = toImage(view, port, point);
    return { x: Math.floor(x), y: Math.floor(y) };
  }

  /** Everything may have changed. */
  changed() {
    this.stage.build();
    this.toolbar.update();
    this.runAuto();
    this.redraw();
  }

  /** Only the pictures move: drawn once with the next frame of the screen. */
  redraw() {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.stage.draw();
      this.toolbar.updateScale();
      this.showReadout();
      Link.follow(this);
    });
  }

  // What users do

  set(changes) {
    Object.assign(this.state, changes);
    this.changed();
  }

  /** Whether a mode makes sense: more than one picture, and for the difference something to subtract. */
  offers(mode) {
    return mode === "side" || (this.panes.length > 1 && (mode !== "difference" || this.references.length > 0));
  }

  setMode(mode) {
    return this.offers(mode) && this.set({ mode });
  }

  /** What a chip does: shows a picture or takes it away; in the flicker mode there is one. */
  choose(name) {
    if (this.state.mode === "flicker") return this.flickerTo(name);
    return this.set({ chosen: toggled(this.shownNames(), name) });
  }

  /** A number shows its picture alone, in every mode; with Shift it is put among, or taken from, those compared. */
  chooseNumber(index, shift) {
    const name = this.panes[index]?.name;
    if (name === undefined) return false;
    if (!shift) return this.flickerTo(name);
    if (this.state.mode !== "split") return this.choose(name);
    const [left, right] = this.pair().map((pane) => pane.name);
    return this.setPair(name === left ? right : left, name);
  }

  setPair(left, right) {
    return this.set({ left, right });
  }

  swap() {
    if (this.state.mode !== "split") return false;
    const [left, right] = this.pair();
    return this.setPair(right.name, left.name);
  }

  flickerTo(name) {
    const active = this.active()?.name;
    return this.set({ mode: "flicker", ...(name === active ? {} : { active: name, previous: active }) });
  }

  /** The pane that space goes back to: the one before, or the next where there was none. */
  otherPane() {
    const previous = this.pane(this.state.previous);
    return previous ?? this.panes[(this.panes.indexOf(this.active()) + 1) % this.panes.length];
  }

  /** Back to the picture shown before, in every mode. */
  flip() {
    if (this.panes.length > 1) this.flickerTo(this.otherPane().name);
  }

  runAuto() {
    const { auto, rate, mode } = this.state;
    const interval = auto && mode === "flicker" ? 1000 / rate : 0;
    if (interval === this.interval) return;
    this.interval = interval;
    clearInterval(this.timer);
    if (interval) this.timer = setInterval(() => this.flip(), interval);
  }

  moveSplit(change) {
    if (this.state.mode !== "split") return false;
    return this.setSplit(this.state.split + change);
  }

  setSplit(split) {
    this.state.split = clamp(split, 0, 1);
    this.redraw();
  }

  scaleGain(factor) {
    if (this.state.mode !== "difference") return false;
    return this.set({ gain: clamp(this.state.gain * factor, 1, 64) });
  }

  setView(view) {
    const size = this.baseSize();
    this.state.view = size ? settleView(view, size, this.stage.mainPort()) : null;
    this.redraw();
  }

  /** Zooms about a point of a cell, else about the center. The smallest scale is "fit". */
  zoomTo(scale, cell = null, point = null) {
    const size = this.baseSize();
    if (!size) return;
    const port = cell ? this.stage.portOf(cell) : this.stage.mainPort();
    const center = { x: port.width / 2, y: port.height / 2 };
    const fits = scale <= smallestScale(size, port) * 1.001 && scale < this.currentView(port).scale;
    if (fits && fitScale(size, port) <= 1) this.state.view = null;
    else this.state.view = settleView(zoomAt(this.currentView(port), port, point ?? center, scale), size, port);
    this.redraw();
  }

  zoomStep(direction) {
    const view = this.currentView();
    if (view) this.zoomTo(nextZoomStep(view.scale, direction));
  }

  /** Between fit and 100 %; where fit is 100 %, 200 %. */
  toggleFit(cell, point) {
    if (this.state.view !== null) return this.set({ view: null });
    const { scale } = this.currentView(this.stage.portOf(cell)) ?? { scale: 1 };
    return this.zoomTo(scale === 1 ? 2 : 1, cell, point);
  }

  pan(dx, dy) {
    const view = this.currentView();
    if (this.state.view === null || !view) return false;
    const step = (64 * window.devicePixelRatio) / view.scale;
    return this.setView({ ...view, x: view.x + dx * step, y: view.y + dy * step });
  }

  save(name) {
    const { picture, title } = this.pane(name);
    const url = URL.createObjectURL(picture.blob);
    element("a", { href: url, download: `${title.replace(/[^\p{L}\p{N}.]+/gu, "-")}.png` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000); // the browser reads it after this call
  }

  // Values under the pointer

  setHover(cell, point = null) {
    const mark = cell && this.imagePoint(cell, point);
    const size = this.baseSize();
    const inside = mark && mark.x >= 0 && mark.y >= 0 && mark.x < size.width && mark.y < size.height;
    if (!inside && !this.mark) return;
    this.mark = inside ? mark : null;
    this.redraw();
  }

  /** [pane, values] of every pane shown: levels, or signed differences in the difference mode. */
  values({ x, y }) {
    const reference = this.state.mode === "difference" ? this.reference() : null;
    const panes = this.cells().flatMap((cell) => cell.panes);
    return panes.map((pane) => {
      const levels = pane.current ? pane.picture.at(x, y) : null;
      if (!reference || pane === reference || !levels) return [pane, levels];
      const other = reference.current ? reference.picture.at(x, y) : null;
      return [pane, other && levels.map((level, channel) => level - other[channel])];
    });
  }

  showReadout() {
    const readout = this.root.querySelector(".readout");
    if (!this.mark) return readout.replaceChildren();
    const { x, y } = this.mark;
    const signed = this.state.mode === "difference" ? this.reference() : null;
    const text = (pane, value) => (signed && pane !== signed && value > 0 ? `+${value}` : `${value}`.replace("-", "−"));
    const entries = this.values(this.mark).map(([pane, levels]) => {
      const numbers = levels ? levels.map((value) => text(pane, value).padStart(4)).join(" ") : "   –";
      const name = element("span", { class: "name" }, pane.title);
      return element("span", { "data-pane": pane.name }, dot(pane), name, element("b", {}, numbers));
    });
    return readout.replaceChildren(element("span", {}, `x ${String(x).padStart(4)}  y ${String(y).padStart(4)}`), ...entries);
  }

  // Events for the server, sent only where the caller asked for them

  click(cell, point) {
    this.rectangle = null;
    const at = this.imagePoint(cell, point);
    if (this.events.has("click") && at) this.send({ type: "click", pane: this.paneUnder(cell, point).name, ...at });
  }

  paneUnder(cell, point) {
    const right = cell.panes.length > 1 && point.x >= this.state.split * cell.canvas.width;
    return cell.panes[right ? 1 : 0];
  }

  setRectangle(a, b) {
    const size = this.baseSize();
    const [left, right] = [a.x, b.x].map((x) => clamp(x, 0, size.width - 1)).sort((p, q) => p - q);
    const [top, bottom] = [a.y, b.y].map((y) => clamp(y, 0, size.height - 1)).sort((p, q) => p - q);
    this.rectangle = { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
    this.redraw();
  }

  sendRectangle(cell) {
    if (this.cropping) return this.sendCrop(this.rectangle);
    return this.send({ type: "rectangle", pane: cell.panes[0].name, ...this.rectangle });
  }

  /** Lets the next drag crop, or not any more; false where that changes nothing. */
  armCrop(cropping = !this.cropping) {
    if (!this.events.has("crop") || cropping === this.cropping) return false;
    this.cropping = cropping;
    this.toolbar.update();
    return true;
  }

  /** The pixels in sight, where that is not the whole picture. */
  seenPart() {
    const size = this.baseSize();
    if (!size || this.state.view === null) return null;
    const port = this.stage.mainPort();
    const view = this.currentView();
    const [a, b] = [{ x: 0, y: 0 }, { x: port.width, y: port.height }].map((corner) => toImage(view, port, corner));
    const [left, right] = [a.x, b.x].map((x) => clamp(Math.round(x), 0, size.width));
    const [top, bottom] = [a.y, b.y].map((y) => clamp(Math.round(y), 0, size.height));
    const part = { x: left, y: top, width: right - left, height: bottom - top };
    return isSize(part, size) || part.width < 1 || part.height < 1 ? null : part;
  }

  cropToView() {
    const part = this.events.has("crop") ? this.seenPart() : null;
    if (!part) return false;
    return this.sendCrop(part);
  }

  sendCrop(part) {
    this.cropping = false;
    this.rectangle = null;
    this.set({ view: null });
    this.send({ type: "crop", pane: this.panes[0].name, ...part });
  }

  // For tests

  inspector() {
    const viewer = this;
    return {
      get state() {
        const { chosen, known, ...state } = viewer.state;
        const panes = viewer.panes.map(({ name, current, shown, hash }) => ({ name, current, shown: Boolean(shown), hash }));
        const view = { ...viewer.currentView(), fit: state.view === null };
        const visible = viewer.cells().flatMap((cell) => cell.panes.map(({ name }) => name));
        const values = viewer.mark && viewer.values(viewer.mark).map(([pane, levels]) => [pane.name, levels]);
        return { ...state, view, visible, panes, mark: viewer.mark, values, decoded: viewer.pictures.size };
      },
      /** The decoded pixels of a pane, RGBA: {width, height, data}; null while there are none. */
      async pixels(name) {
        const picture = viewer.pane(name)?.picture;
        await picture?.ready;
        return picture?.bitmap ? picture.rows(0, picture.height) : null;
      },
      /** The pixels of the difference picture of a pane as it is shown; null while there are none. */
      difference(name) {
        const difference = viewer.stage.differences.get(name);
        if (!difference?.done) return null;
        const { width, height } = difference.canvas;
        return difference.canvas.getContext("2d").getImageData(0, 0, width, height);
      },
    };
  }
}

const viewers = new WeakMap(); // by root element, which survives reruns

export default function mount({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".viewer");
  if (!root || !data) return undefined;
  const viewer = viewers.get(root) ?? new Viewer(root);
  viewers.set(root, viewer);
  viewer.runs = (viewer.runs ?? 0) + 1;
  const run = viewer.runs;
  viewer.update(data, (event) => setTriggerValue("event", event));
  // Streamlit calls the function of an outdated run too: only that of the latest one means the end.
  return () => {
    if (viewers.get(root) !== viewer || viewer.runs !== run) return;
    viewer.destroy();
    viewers.delete(root);
  };
}
