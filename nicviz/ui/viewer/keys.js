// The keyboard. Keys belong to the viewer that has the focus or lies under the pointer, and mean the same in every mode.

const TEXT_FIELD =
  "textarea, [contenteditable]:not([contenteditable=false]), [role=textbox], [role=spinbutton], " +
  "input:not([type=range], [type=radio], [type=checkbox], [type=button])";
const MOVED_BY_ARROWS =
  "select, input, [role=slider], [role=combobox], [role=radio], [role=tab], [role=option], [role=menuitem]";
const MOVING_KEY = /^(?:Arrow|Page|Home|End)/;

class Keys {
  constructor(viewer, root, input, signal) {
    Object.assign(this, { viewer, root, input, tookSpace: false });
    // Before the page: a list that was just closed would open again, a button that was just clicked be pressed again.
    document.addEventListener("keydown", (event) => this.down(event), { signal, capture: true });
    document.addEventListener("keyup", (event) => this.up(event), { signal, capture: true });
  }

  down(event) {
    if (!this.listens(event) || !this.press(event)) return;
    this.tookSpace = event.key === " ";
    event.preventDefault();
    event.stopPropagation();
  }

  /** A button is pressed when the space key is let go. */
  up(event) {
    if (event.key !== " " || !this.tookSpace) return;
    this.tookSpace = false;
    event.preventDefault();
  }

  listens(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return false;
    const path = event.composedPath().filter((node) => node instanceof Element);
    const inside = path.includes(this.root);
    const another = path.some((node) => node.classList.contains("viewer") && node !== this.root);
    if (another || !(inside || this.input.over)) return false;
    return inside ? this.listensInside(event, path[0]) : !this.isWantedOutside(event, path);
  }

  /** With the focus in the viewer; its buttons, lists and sliders keep the keys that work them. */
  listensInside(event, target) {
    if (target.matches(".divider")) return !this.movesDivider(event);
    if (target.matches("button")) return event.key !== " " && event.key !== "Enter";
    if (target.matches("select")) return false;
    return !(target.matches("input") && MOVING_KEY.test(event.key));
  }

  /** With the pointer over the viewer and the focus elsewhere: text fields, open lists and dialogs keep their keys. */
  isWantedOutside(event, path) {
    if (path.some((node) => node.matches("[role=dialog], [role=listbox], [role=menu]"))) return true;
    const [target] = path;
    if (target?.matches("[role=combobox]")) return target.getAttribute("aria-expanded") === "true" || MOVING_KEY.test(event.key);
    if (path.some((node) => node.matches(TEXT_FIELD))) return true;
    return MOVING_KEY.test(event.key) && path.some((node) => node.matches(MOVED_BY_ARROWS));
  }

  movesDivider(event) {
    const direction = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!direction) return false;
    this.viewer.moveSplit(direction * (event.shiftKey ? 0.1 : 0.01));
    event.preventDefault();
    return true;
  }

  /** Does what a key says; false if it means nothing here and the page may have it. */
  press(event) {
    const { viewer } = this;
    const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
    if (digit) return viewer.chooseNumber(Number(digit) - 1, event.shiftKey) !== false;
    const modes = { s: "side", w: "split", f: "flicker", d: "difference" };
    const key = event.key.toLowerCase();
    if (Object.hasOwn(modes, key)) return viewer.setMode(modes[key]) !== false;
    const actions = {
      arrowleft: () => viewer.pan(-1, 0),
      arrowright: () => viewer.pan(1, 0),
      arrowup: () => viewer.pan(0, -1),
      arrowdown: () => viewer.pan(0, 1),
      "+": () => viewer.zoomStep(1),
      "=": () => viewer.zoomStep(1),
      "-": () => viewer.zoomStep(-1),
      0: () => viewer.set({ view: null }),
      " ": () => viewer.flip(), // never the page's: it would scroll the pictures away
      x: () => viewer.swap(),
      c: () => (event.shiftKey ? viewer.cropToView() : viewer.armCrop()),
      ",": () => viewer.moveSplit(-0.01),
      ".": () => viewer.moveSplit(0.01),
      "[": () => viewer.scaleGain(0.5),
      "]": () => viewer.scaleGain(2),
      "?": () => viewer.toolbar.toggleHelp(),
      escape: () => viewer.armCrop(false) || viewer.toolbar.closeHelp(),
    };
    return Object.hasOwn(actions, key) && actions[key]() !== false;
  }
}
