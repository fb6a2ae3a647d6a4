// Elements of the page, and what it looks like where CSS cannot say it. This file and those that
// follow it are one function of `mark`, the class of the hosts, `style` and `data`.

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const holder = document.createElement("template");
holder.innerHTML = "<svg></svg>";
const SPACE = holder.content.firstChild.namespaceURI;
const LARGEST = 1.25;
const MARGIN = 9; // of the graph in its frame, so that rings around boxes are not cut off
const SMALLEST = 0.7; // below this scale letters cannot be read: the graph scrolls instead
const ROUND = { result: 4, leaf: 13, data: 13, constant: 13 }; // corners of boxes
const GLYPHS = { 1: "▲", "-1": "▼", 0: "" };
const ICONS = {
  first: "M4,3v10M13,3l-7,5 7,5z", prev: "M11,3l-7,5 7,5z", next: "M5,3l7,5 -7,5z",
  last: "M12,3v10M3,3l7,5 -7,5z", play: "M4,2l10,6 -10,6z", pause: "M4,2h3v12h-3zM9,2h3v12h-3z",
};
function made(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}
const html = (tag, attributes, ...children) =>
  made(document.createElement(tag), attributes, children);
const svg = (tag, attributes, ...children) =>
  made(document.createElementNS(SPACE, tag), attributes, children);
const text = (x, y, cls, content, anchor) =>
  svg("text", { x, y, class: cls, "text-anchor": anchor || "start" }, content);
const started = (Kind) => {
  for (const host of document.querySelectorAll(`.${mark}`)) if (!host.shadowRoot) new Kind(host);
};
