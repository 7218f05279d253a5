// The toolbar: turns clicks into changes of the state, and shows the state.

const MODES = ["side", "split", "flicker", "difference"];

/** Fills a select, only where the choices changed, so that an open list is not closed by a rerun. */
function fillSelect(select, panes, value) {
  const signature = JSON.stringify(panes.map(({ name, title }) => [name, title]));
  if (select.dataset.signature !== signature) {
    select.dataset.signature = signature;
    select.replaceChildren(...panes.map(({ name, title }) => new Option(title, name)));
  }
  select.value = value ?? "";
}

class Toolbar {
  constructor(viewer, root, signal) {
    this.viewer = viewer;
    this.root = root;
    this.find = (selector) => root.querySelector(selector);
    root.addEventListener("click", (event) => this.click(event), { signal });
    root.addEventListener("input", (event) => this.input(event.target), { signal });
    this.leaveListsToThePointer(signal);
    document.addEventListener("fullscreenchange", () => this.update(), { signal });
    this.find('[data-do="full-screen"]').hidden = !document.fullscreenEnabled;
  }

  click(event) {
    const button = event.target.closest("button");
    if (!button) return;
    const { viewer } = this;
    const { mode, do: action, save, chip, absolute } = button.dataset;
    if (mode) viewer.setMode(mode);
    else if (save !== undefined) viewer.save(save);
    else if (chip !== undefined) viewer.choose(chip);
    else if (absolute !== undefined) viewer.set({ absolute: absolute === "true" });
    else this.act(action);
    // After a click with the pointer the keys belong to the pictures: space must not press the button again.
    if (event.detail > 0) this.focusStage();
  }

  /** A list that the pointer opened gives the keys back to the pictures when a choice was made. */
  leaveListsToThePointer(signal) {
    let pointed = false;
    this.root.addEventListener("pointerdown", () => (pointed = true), { signal });
    this.root.addEventListener("keydown", () => (pointed = false), { signal });
    this.root.addEventListener("change", ({ target }) => pointed && target.matches("select") && this.focusStage(), { signal });
  }

  focusStage() {
    this.find(".stage").focus({ preventScroll: true, focusVisible: false });
  }

  act(action) {
    const { viewer } = this;
    const actions = {
      "zoom-in": () => viewer.zoomStep(1),
      "zoom-out": () => viewer.zoomStep(-1),
      fit: () => viewer.set({ view: null }),
      100: () => viewer.zoomTo(1),
      200: () => viewer.zoomTo(2),
      swap: () => viewer.swap(),
      auto: () => viewer.set({ auto: !viewer.state.auto }),
      crop: () => viewer.armCrop(),
      "crop-view": () => viewer.cropToView(),
      help: () => this.toggleHelp(),
      "full-screen": () => this.toggleFullScreen(),
    };
    actions[action]?.();
  }

  input({ classList, value }) {
    const { viewer } = this;
    if (classList.contains("left")) viewer.setPair(value, viewer.pair()[1]?.name);
    else if (classList.contains("right")) viewer.setPair(viewer.pair()[0]?.name, value);
    else if (classList.contains("reference")) viewer.set({ reference: value });
    else if (classList.contains("gain")) viewer.set({ gain: 2 ** Number(value) });
    else if (classList.contains("rate")) viewer.set({ rate: Number(value) });
  }

  toggleHelp(open = this.find(".help").hidden) {
    this.find(".help").hidden = !open;
    this.find('[data-do="help"]').setAttribute("aria-expanded", String(open));
  }

  closeHelp() {
    return !this.find(".help").hidden && this.toggleHelp(false);
  }

  isFullScreen() {
    return this.root.getRootNode().fullscreenElement === this.root;
  }

  toggleFullScreen() {
    if (this.isFullScreen()) document.exitFullscreen();
    else this.root.requestFullscreen().catch(() => {}); // the browser may refuse; there is nothing to undo
  }

  update() {
    const { viewer } = this;
    const { mode, absolute, auto, rate, gain } = viewer.state;
    for (const button of this.root.querySelectorAll("[data-mode]")) {
      const current = button.dataset.mode === mode;
      button.setAttribute("aria-pressed", String(current));
      button.disabled = !current && !viewer.offers(button.dataset.mode);
    }
    for (const option of this.root.querySelectorAll("[data-for]")) option.hidden = option.dataset.for !== mode;
    this.find(".options").hidden = viewer.panes.length < 2;
    this.updateChips();
    const [left, right] = viewer.pair();
    fillSelect(this.find(".left"), viewer.panes, left?.name);
    fillSelect(this.find(".right"), viewer.panes, right?.name);
    const references = viewer.referencePanes();
    fillSelect(this.find(".reference"), references, viewer.reference()?.name);
    this.find(".against").hidden = references.length < 2;
    for (const button of this.root.querySelectorAll("[data-absolute]")) {
      button.setAttribute("aria-pressed", String(button.dataset.absolute === String(absolute)));
    }
    this.find(".gain").value = Math.log2(gain);
    this.find(".gain-text").textContent = `× ${gain}`;
    this.find(".auto").setAttribute("aria-pressed", String(auto));
    this.find(".rate").value = rate;
    this.find(".rate-text").textContent = `${rate.toFixed(1)} per s`;
    this.updateCrop();
    const fullScreen = this.find('[data-do="full-screen"]');
    fullScreen.title = this.isFullScreen() ? "Leave full screen" : "Full screen";
    this.updateScale();
  }

  updateCrop() {
    const { viewer } = this;
    const offered = viewer.events.has("crop");
    for (const node of this.root.querySelectorAll(".crop-tools, [data-for-crop]")) node.hidden = !offered;
    this.find('[data-do="crop"]').setAttribute("aria-pressed", String(viewer.cropping));
    this.find(".stage").classList.toggle("cropping", viewer.cropping);
  }

  updateChips() {
    const { viewer } = this;
    const chips = this.find(".chips");
    chips.hidden = viewer.state.mode === "split";
    const signature = JSON.stringify(viewer.panes.map(({ name, title, color }) => [name, title, color]));
    if (chips.dataset.signature !== signature) {
      chips.dataset.signature = signature;
      chips.replaceChildren(...viewer.panes.map((pane, index) => this.chip(pane, index)));
    }
    const shown = new Set(viewer.cells().flatMap(({ panes }) => panes));
    viewer.panes.forEach((pane, index) => chips.children[index].setAttribute("aria-pressed", String(shown.has(pane))));
  }

  chip(pane, index) {
    const name = element("span", { class: "name" }, pane.title);
    const key = element("kbd", {}, index < 9 ? String(index + 1) : "");
    return element("button", { type: "button", "data-chip": pane.name, "aria-label": pane.title }, dot(pane), name, key);
  }

  updateScale() {
    const scale = this.viewer.currentView()?.scale;
    const percent = 100 * (scale ?? 0);
    const text = percent >= 10 ? String(Math.round(percent)) : percent.toPrecision(2);
    this.find(".scale").textContent = scale ? `${text} %` : "–";
    const fit = this.viewer.state.view === null;
    this.root.dataset.fit = String(fit);
    this.find('[data-do="crop-view"]').disabled = !this.viewer.seenPart();
    this.find('[data-do="fit"]').dataset.current = String(fit);
    this.find('[data-do="100"]').dataset.current = String(!fit && scale === 1);
    this.find('[data-do="200"]').dataset.current = String(!fit && scale === 2);
  }
}
