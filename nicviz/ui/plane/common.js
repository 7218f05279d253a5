// What frequency planes and heatmaps share.

const GAP = 10;

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const element = (name, attributes = {}, ...children) => {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
};
const minus = (text) => String(text).replace("-", "−");
const raised = (power) => String(power).replace(/./g, (sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)]);
const short = (value) => {
  if (value === 0) return "0";
  if (value < 1e5 && value >= 1e-3) return Number(value.toPrecision(3)).toLocaleString("en-US");
  const [digits, power] = value.toExponential(2).split("e");
  return `${digits}×10${raised(Number(power))}`;
};


/** Return the header and a function from offset and length to the bytes of an array. */
const unwrap = (bytes) => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 4 + view.getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, start)));
  return [header, (offset, length) => bytes.slice(start + offset, start + offset + length)];
};

/** Rows of equal length rather than one pane alone in the last row. */
const arrange = (grid, count, smallest, fewest = 1) => {
  const most = Math.max(1, Math.floor((grid.clientWidth + GAP) / (smallest + GAP)));
  const columns = Math.max(Math.ceil(count / Math.ceil(count / most)), Math.min(fewest, most));
  grid.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
};

/** A component that outlives reruns: `make(root)` gives it, `update(data, send)` is called on each, `destroy()` at the end. */
const mounting = (selector, event, make) => {
  const mounted = new WeakMap(); // by root element
  return ({ data, parentElement, setTriggerValue }) => {
    const root = parentElement.querySelector(selector);
    if (!root || !data) return undefined;
    const component = mounted.get(root) ?? make(root);
    mounted.set(root, component);
    component.runs = (component.runs ?? 0) + 1;
    const run = component.runs;
    component.update(data, (value) => setTriggerValue(event, value));
    return () => {
      if (mounted.get(root) !== component || component.runs !== run) return;
      component.destroy();
      mounted.delete(root);
    };
  };
};
