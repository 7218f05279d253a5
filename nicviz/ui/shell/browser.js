// What the shell does in the browser, once for as long as the page is loaded.

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

export default function mount({ setStateValue }) {
  const narrow = matchMedia(NARROW);
  const tell = () => setStateValue("narrow", narrow.matches);
  if (narrow.matches !== (window.nicvizShell?.told ?? false)) tell();
  window.nicvizShell ??= begin();
  window.nicvizShell.told = narrow.matches;
  narrow.onchange = tell;
  return () => (narrow.onchange = null);
}

function begin() {
  oneEntryAnAction();
  closeSidebarAfterNavigation();
  return {};
}
