/** Making elements. Text is always text: nothing here reads HTML. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element: h("p", {class: "note", onclick: f}, "text", child, null).
 *
 * `on…` properties are listeners; true and false set and leave out an attribute; `style` is an
 * object of custom properties and the like, set through the object model, as the page's policy
 * allows no style attributes.
 */
export function h(tag, properties = {}, ...children) {
  return made(document.createElement(tag), properties, children);
}

/** The same for SVG. */
export function svg(tag, properties = {}, ...children) {
  return made(document.createElementNS(SVG, tag), properties, children);
}

function made(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) set(element, name, value);
  element.append(...children.flat(Infinity).filter((one) => one !== null && one !== undefined));
  return element;
}

function set(element, name, value) {
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (name === "style") {
    for (const [key, one] of Object.entries(value)) element.style.setProperty(key, one);
  } else if (value === true) element.setAttribute(name, "");
  else if (value !== false && value !== null && value !== undefined) {
    element.setAttribute(name, value);
  }
}

/** Set an element's text when it differs, so that screen readers announce only what changed. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Put these children where the old ones were. */
export function fill(element, ...children) {
  element.replaceChildren(
    ...children.flat(Infinity).filter((one) => one !== null && one !== undefined),
  );
}

/** An icon from the page's own set; it says nothing to screen readers, the control's name does. */
export function icon(name) {
  return svg(
    "svg",
    { class: "icon", "aria-hidden": "true", focusable: "false" },
    svg("use", { href: `/static/icons.svg#${name}` }),
  );
}

/** A word that screen readers say and nobody sees. */
export function hidden(text) {
  return h("span", { class: "hidden" }, text);
}
