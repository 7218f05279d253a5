// The keys of a blind comparison: each presses a button of the page, also while a picture fills the screen.

const KEEPS_ITS_KEYS =
  "textarea, select, [contenteditable]:not([contenteditable=false]), [role=textbox], [role=spinbutton], [role=dialog], " +
  "[role=combobox], [role=listbox], [role=menu], input:not([type=range], [type=radio], [type=checkbox], [type=button])";

/** `data`: key, in small letters, to the Streamlit key of the button. */
export default function mount({ data }) {
  const listening = new AbortController();
  const press = (event) => {
    if (event.repeat || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector("[data-testid=stDialog]")) return;
    const path = event.composedPath().filter((node) => node instanceof Element);
    if (path.some((node) => node.matches(KEEPS_ITS_KEYS))) return;
    const name = data[event.key.toLowerCase()];
    const button = name && document.querySelector(`.st-key-${name} button:not(:disabled)`);
    if (!button) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // Streamlit has a meaning of its own for C
    button.click();
  };
  window.addEventListener("keydown", press, { capture: true, signal: listening.signal }); // before all others
  return () => listening.abort();
}
