// Pointer and wheel. Touch pans and pinches; at "fit" one finger scrolls the page as everywhere else.

const CLICK_DISTANCE = 4;
const SCROLL_PAUSE_MS = 250;

class Input {
  constructor(viewer, root, stage, signal) {
    this.viewer = viewer;
    this.root = root;
    this.pointers = new Map();
    this.drag = null;
    this.over = false;
    this.scrolled = -Infinity;
    const listen = (node, type, handler, options = {}) =>
      node.addEventListener(type, (event) => handler.call(this, event), { signal, ...options });
    listen(root, "pointerenter", () => (this.over = true));
    listen(root, "pointerleave", () => (this.over = false));
    listen(stage, "pointerdown", this.down);
    listen(stage, "pointermove", this.move);
    listen(stage, "pointerup", this.up);
    listen(stage, "pointercancel", this.cancel);
    listen(stage, "pointerleave", this.leave);
    listen(stage, "dblclick", this.doubleClick);
    listen(stage, "wheel", this.wheel, { passive: false });
    listen(document, "scroll", () => (this.scrolled = performance.now()), { capture: true, passive: true });
  }

  /** The cell under an event and the point on its canvas in device pixels. */
  locate(event, held) {
    const cell = held ?? event.target.closest(".frame")?.cell;
    if (!cell) return null;
    const box = cell.canvas.getBoundingClientRect();
    if (!box.width || !box.height) return null;
    const { width, height } = cell.canvas;
    const point = {
      x: ((event.clientX - box.left) * width) / box.width,
      y: ((event.clientY - box.top) * height) / box.height,
    };
    return { cell, point };
  }

  down(event) {
    const place = this.locate(event, this.drag?.cell);
    if (!place || event.button !== 0) return;
    const { cell, point } = place;
    this.pointers.set(event.pointerId, { point });
    cell.frame.setPointerCapture(event.pointerId);
    if (this.pointers.size === 1) this.start(event, place);
    else this.drag = { kind: "pinch", cell, view: this.viewer.currentView(this.viewer.stage.portOf(cell)), start: this.pinch() };
  }

  /** A finger that is lifted leaves the values of the pixel it touched; a mouse that leaves takes them away. */
  leave(event) {
    if (this.drag === null && event.pointerType !== "touch") this.viewer.setHover(null);
  }

  start(event, { cell, point }) {
    const { viewer } = this;
    const divider = event.target.closest(".divider");
    const at = viewer.imagePoint(cell, point);
    const rectangle = viewer.cropping || (event.shiftKey && viewer.events.has("rectangle"));
    const kind = divider ? "divider" : rectangle ? "rectangle" : "pan";
    this.drag = { kind, cell, point, at, view: viewer.currentView(viewer.stage.portOf(cell)), moved: false };
    if (divider) {
      divider.focus({ preventScroll: true });
      event.preventDefault();
    }
    if (event.pointerType === "touch") viewer.setHover(cell, point);
  }

  move(event) {
    const { viewer, drag } = this;
    const place = this.locate(event, drag?.cell);
    if (!place) return viewer.setHover(null);
    const held = this.pointers.get(event.pointerId);
    if (!held) return viewer.setHover(place.cell, place.point);
    held.point = place.point;
    this.dragTo(place);
    if (drag.kind !== "pan") viewer.setHover(place.cell, place.point);
    return undefined;
  }

  dragTo({ cell, point }) {
    const { viewer, drag } = this;
    const [dx, dy] = [point.x - drag.point?.x, point.y - drag.point?.y];
    if (drag.kind === "divider") return viewer.setSplit(point.x / cell.canvas.width);
    if (drag.kind === "pinch") return this.movePinch();
    drag.moved ||= Math.hypot(dx, dy) > CLICK_DISTANCE * window.devicePixelRatio;
    if (!drag.moved || !drag.view) return undefined;
    if (drag.kind === "rectangle") return viewer.setRectangle(drag.at, viewer.imagePoint(cell, point));
    if (viewer.state.view === null) return undefined; // a whole picture has nowhere to go
    cell.frame.classList.add("dragging");
    const { scale, x, y } = drag.view;
    return viewer.setView({ scale, x: x - dx / scale, y: y - dy / scale });
  }

  pinch() {
    const [a, b] = [...this.pointers.values()].map(({ point }) => point);
    return { distance: Math.hypot(a.x - b.x, a.y - b.y), x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
  }

  movePinch() {
    const { drag, viewer } = this;
    if (this.pointers.size < 2 || !drag.view) return;
    const now = this.pinch();
    const port = viewer.stage.portOf(drag.cell);
    const scale = (drag.view.scale * now.distance) / Math.max(drag.start.distance, 1);
    const zoomed = zoomAt(drag.view, port, drag.start, scale);
    const moved = { x: now.x - drag.start.x, y: now.y - drag.start.y };
    viewer.setView({ scale, x: zoomed.x - moved.x / scale, y: zoomed.y - moved.y / scale });
  }

  up(event) {
    const { drag, viewer } = this;
    const wasOne = this.pointers.size === 1;
    this.pointers.delete(event.pointerId);
    drag?.cell.frame.classList.remove("dragging");
    if (!drag || !wasOne) return;
    this.drag = null;
    if (drag.kind === "rectangle" && drag.moved) viewer.sendRectangle(drag.cell);
    else if (drag.kind === "pan" && !drag.moved) viewer.click(drag.cell, drag.point);
  }

  cancel(event) {
    this.pointers.delete(event.pointerId);
    this.drag?.cell.frame.classList.remove("dragging");
    if (this.pointers.size === 0) this.drag = null;
    this.viewer.setHover(null);
  }

  doubleClick(event) {
    const place = this.locate(event);
    if (!place || event.target.closest(".divider")) return;
    this.viewer.toggleFit(place.cell, place.point);
  }

  wheel(event) {
    const place = this.locate(event);
    const { viewer } = this;
    const view = viewer.currentView();
    // A page that is being scrolled goes on when the viewer comes under the pointer.
    if (!place || !view || performance.now() - this.scrolled < SCROLL_PAUSE_MS) return;
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : 16;
    // A whole picture cannot get smaller: then the wheel scrolls the page.
    if (viewer.state.view === null && event.deltaY >= 0 && !event.ctrlKey) return;
    event.preventDefault();
    const speed = event.ctrlKey ? 0.01 : 0.002;
    viewer.zoomTo(view.scale * Math.exp(-clamp(event.deltaY * unit, -200, 200) * speed), place.cell, place.point);
  }
}
