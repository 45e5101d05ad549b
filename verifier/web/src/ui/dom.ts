/** Building elements without markup strings: nothing that was signed can become HTML. */

type Child = Node | string | null;
type Attributes = Readonly<Record<string, string | boolean | ((event: Event) => void)>>;

const SVG = "http://www.w3.org/2000/svg";

function fill(element: Element, attributes: Attributes, children: readonly Child[]): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false) element.setAttribute(name, value);
  }
  for (const child of children) if (child !== null) element.append(child);
}

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  fill(element, attributes, children);
  return element;
}

const PATHS = {
  pass: ["M5 12.5l4.5 4.5L19 7.5"],
  fail: ["M6.5 6.5l11 11", "M17.5 6.5l-11 11"],
  unknown: ["M9 9.2a3.1 3.1 0 1 1 4.6 2.7c-1 .6-1.6 1.2-1.6 2.4", "M12 17.8v.1"],
  warn: ["M12 7v6", "M12 16.8v.1"],
  not_checked: ["M7 12h10"],
} as const;

export type IconName = keyof typeof PATHS;

/** A line icon; decorative, because its meaning always stands beside it in words. */
export function icon(name: IconName): SVGElement {
  const svg = document.createElementNS(SVG, "svg");
  fill(svg, { viewBox: "0 0 24 24", "aria-hidden": "true", class: "icon" }, []);
  for (const d of PATHS[name]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}
