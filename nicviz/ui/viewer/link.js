// What the address says of a viewer: mode, zoom and center, the pictures shown, and how they are compared.
//
// One parameter, `viewer=difference_zoom-4_at-120.5-80_show-original.codec-1_gain-16`; what is as a viewer begins is
// left out. The address is completed after each change and whenever the page has changed it.

const PARAMETER = "viewer";
const WRITE_AFTER_MS = 250; // the browser allows 200 changes in 30 s
const rounded = (value) => String(Number(value.toFixed(2)));

/** The text that stands for a state; empty for that of a fresh viewer. */
function linkOf(state) {
  const usual = freshState();
  const parts = [];
  const add = (name, ...values) => parts.push([name, ...values].join("-"));
  if (state.view) add("zoom", rounded(state.view.scale));
  if (state.view) add("at", rounded(state.view.x), rounded(state.view.y));
  if (state.chosen) parts.push(`show-${state.chosen.join(".")}`);
  if (state.left || state.right) parts.push(`pair-${state.left ?? ""}.${state.right ?? ""}`);
  if (state.active && !state.auto) parts.push(`flicker-${state.active}`);
  if (state.reference) parts.push(`of-${state.reference}`);
  if (state.split !== usual.split) add("split", rounded(state.split));
  if (state.gain !== usual.gain) add("gain", state.gain);
  if (state.absolute) add("absolute");
  if (state.mode !== usual.mode) parts.unshift(state.mode);
  else if (parts.length) parts.unshift("side");
  return parts.join("_");
}

/** The changes of a fresh state that a text stands for; what it does not know is passed over. */
function stateOf(text) {
  const [mode, ...parts] = text.split("_");
  const found = MODES.includes(mode) ? { mode } : {};
  const said = new Map(parts.map((part) => [part.split("-", 1)[0], part.slice(part.indexOf("-") + 1)]));
  const number = (name, low, high) => {
    const value = said.has(name) ? Number(said.get(name)) : NaN;
    return Number.isFinite(value) ? clamp(value, low, high) : null;
  };
  const scale = number("zoom", 1 / 64, MAX_SCALE);
  const at = /^(-?[\d.]+)-(-?[\d.]+)$/.exec(said.get("at") ?? "")?.slice(1).map(Number);
  if (scale && at?.every(Number.isFinite)) found.view = { scale, x: at[0], y: at[1] };
  if (said.get("show")) found.chosen = said.get("show").split(".");
  if (said.has("pair")) [found.left, found.right] = said.get("pair").split(".").map((name) => name || null);
  if (said.get("flicker")) found.active = said.get("flicker");
  if (said.get("of")) found.reference = said.get("of");
  if (said.has("split")) found.split = number("split", 0, 1) ?? 0.5;
  if (said.has("gain")) found.gain = 2 ** Math.round(Math.log2(number("gain", 1, 64) ?? 8));
  if (said.has("absolute")) found.absolute = true;
  if (found.chosen) found.known = null; // the names at hand then are no new ones
  return found;
}

const Link = {
  /** What the address said when the page was loaded or gone back to; the first viewer that is drawn then takes it. */
  given: new URLSearchParams(location.search).get(PARAMETER),

  take() {
    const { given } = this;
    this.given = null;
    return given ? stateOf(given) : {};
  },

  /** Completes the address for a viewer; called as often as anything changes. */
  follow(viewer) {
    this.viewer = viewer;
    this.timer ??= setTimeout(() => {
      this.timer = null;
      if (this.viewer) this.write(linkOf(this.viewer.state));
    }, WRITE_AFTER_MS);
  },

  leave(viewer) {
    if (this.viewer === viewer) this.viewer = null;
  },

  write(text) {
    const url = new URL(location.href);
    if ((url.searchParams.get(PARAMETER) ?? "") === text) return;
    if (text) url.searchParams.set(PARAMETER, text);
    else url.searchParams.delete(PARAMETER);
    history.replaceState(history.state, "", url);
  },
};

addEventListener("nicviz-address", () => Link.viewer && Link.follow(Link.viewer)); // the page has written it
addEventListener("popstate", () => {
  const text = new URLSearchParams(location.search).get(PARAMETER);
  if (Link.viewer) Link.viewer.set({ ...freshState(), known: Link.viewer.state.known, ...stateOf(text ?? "") });
  else Link.given = text;
});
