// What stands over the pictures: names, captions and the button that saves.

const TITLE_HEIGHT = 27;
const TWO_LINES_HEIGHT = 44; // as in viewer.css
const SAVE_ICON = '<svg viewBox="0 0 16 16"><path d="M8 2v8M5 7.5l3 3 3-3M3 13.5h10" /></svg>';

function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function dot(pane) {
  const node = element("i", { class: "dot" });
  if (pane.color) node.style.setProperty("--dot", pane.color);
  return node;
}

function label(pane, caption) {
  const name = element("span", { class: "name", title: pane.title }, pane.title);
  const figures = element("span", { class: "caption", title: caption }, caption);
  const save = element("button", { type: "button", "data-save": pane.name, title: "Save this PNG, exactly as received" });
  save.setAttribute("aria-label", `Save ${pane.title} as PNG`);
  save.innerHTML = SAVE_ICON;
  save.disabled = !pane.png;
  return element("div", { class: "label", "data-pane": pane.name }, dot(pane), name, figures, save);
}

/** Gives all titles two lines where one has no room for its caption: the pictures below must stay equally large. */
function fitTitles(stage) {
  stage.classList.remove("two-lines");
  const texts = [...stage.querySelectorAll(".name, .caption")];
  const clipped = texts.some((node) => node.scrollWidth > node.clientWidth);
  stage.classList.toggle("two-lines", clipped);
  return clipped ? TWO_LINES_HEIGHT : TITLE_HEIGHT;
}
