// What the shell does in the browser, once for as long as the page is loaded.

const PREVIEW_MS = 100;
const PREVIEWED = '[class*="st-key-quality-"], .st-key-severity';
const NARROW = "(max-width: 640px)"; // there the list of pages is in the sidebar, which covers the page

/**
 * One entry of the history for each thing that a user does.
 *
 * Streamlit adds one whenever the address changes: two or three when a page is left for another, one for each value that
 * a dragged slider passes, one when a first run completes the address.
 */
function oneEntryAnAction() {
  const push = history.pushState.bind(history);
  let acted = false;
  for (const type of ["pointerdown", "keydown"]) addEventListener(type, () => (acted = true), { capture: true });
  addEventListener("popstate", () => (acted = false));
  history.pushState = (...entry) => {
    if (acted) push(...entry);
    else history.replaceState(...entry);
    acted = false;
    dispatchEvent(new Event("nicviz-address"));
  };
}

/** On a narrow screen the sidebar goes when a page was chosen in it. */
function closeSidebarAfterNavigation() {
  addEventListener("click", ({ target }) => {
    const link = target.closest?.('[data-testid="stSidebarNavLink"]');
    if (!link || !matchMedia(NARROW).matches) return;
    setTimeout(() => document.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click());
  });
}

/**
 * While a quality or a severity is dragged, the value under the pointer is told as a preview: as soon as it has changed
 * and the run before is over. Streamlit itself tells it at the end of the drag.
 */
function previewWhileDragging() {
  addEventListener("pointerdown", ({ target }) => {
    const slider = target.closest?.('[data-testid="stSlider"]');
    const holder = slider?.closest(PREVIEWED);
    if (!holder) return;
    const key = [...holder.classList].find((name) => name.startsWith("st-key-")).slice("st-key-".length);
    const value = () => Number(slider.querySelector("input[type=range]").getAttribute("aria-valuetext"));
    const from = value();
    let told = from;
    const timer = setInterval(() => {
      const now = value();
      const busy = document.querySelector('[data-test-script-state="running"]');
      if (!slider.isConnected || busy || now === told || Number.isNaN(now)) return;
      told = now;
      window.nicvizShell.set("preview", { key, from, value: now });
    }, PREVIEW_MS);
    const end = () => {
      for (const type of ["pointerup", "pointercancel"]) removeEventListener(type, end, { capture: true });
      clearInterval(timer);
      if (told !== from) setTimeout(() => window.nicvizShell.set("preview", null), PREVIEW_MS);
    };
    for (const type of ["pointerup", "pointercancel"]) addEventListener(type, end, { capture: true });
  }, { capture: true });
}

export default function mount({ data, setStateValue }) {
  const narrow = matchMedia(NARROW);
  const tell = () => setStateValue("narrow", narrow.matches);
  if (narrow.matches !== (window.nicvizShell?.told ?? data.phone)) tell();
  window.nicvizShell ??= begin();
  window.nicvizShell.set = setStateValue;
  window.nicvizShell.told = narrow.matches;
  narrow.onchange = tell;
  return () => (narrow.onchange = null);
}

function begin() {
  oneEntryAnAction();
  closeSidebarAfterNavigation();
  previewWhileDragging();
  return {};
}
