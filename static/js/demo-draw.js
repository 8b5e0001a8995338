// What the demo's parts draw with: elements, tables, and pictures of 28 x 28 numbers in the page's own colours.
const SVG = 'http://www.w3.org/2000/svg';
const SIDE = 28;

export function el(name, props = {}, ...children) {
  const made = Object.assign(document.createElement(name), props);
  made.append(...children);
  return made;
}

export function svg(name, attributes = {}, text = '') {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}

export function table(heads, rows) {
  const head = el('tr', {}, ...heads.map(text => el('th', {textContent: text, scope: 'col'})));
  return el('table', {className: 'numbers'}, el('thead', {}, head),
    el('tbody', {}, ...rows.map(row => el('tr', {}, ...row.map(text => el('td', {textContent: text}))))));
}

// A table is made only while somebody looks at it.
export function tableOnDemand(details, make) {
  const show = () => { if (details.open) details.querySelector('.scroll').replaceChildren(make()); };
  details.addEventListener('toggle', show);
  show();
  return show;
}

export const square = numbers => table(['', ...Array(SIDE).keys()],
  Array.from({length: SIDE}, (_, y) => [y, ...numbers.slice(y * SIDE, (y + 1) * SIDE)]));

export const bytes = base64 => Uint8Array.from(atob(base64), char => char.charCodeAt(0));
export const short = (value, digits = 3) => value === null ? 'not a number' : Number(value.toPrecision(digits)).toString();

// A level of 128 is zero, 1 is -scale, 255 is +scale.
export const numbersOf = picture => [...bytes(picture.levels)].map(level => (level - 128) * picture.scale / 127);

let colours;

function read() {
  const probe = document.body.appendChild(el('i', {hidden: true}));
  const colour = name => {
    probe.className = `colour-${name}`;
    return getComputedStyle(probe).color.match(/[\d.]+/g).slice(0, 3).map(Number);
  };
  colours = {cold: colour('cold'), none: colour('none'), warm: colour('warm'), ink: colour('ink'), paper: colour('paper')};
  probe.remove();
}

const mixed = (a, b, t) => a.map((value, i) => value + (b[i] - value) * t);
const signed = level => mixed(colours.none, level < 128 ? colours.cold : colours.warm, Math.abs(level - 128) / 127);
const grey = value => mixed(colours.paper, colours.ink, value / 255);
const shown = new Map();

// `levels`: 784 bytes; `how`: 'signed' or 'grey'. Painted again when the theme changes.
export function paint(canvas, levels, how) {
  for (const known of shown.keys()) if (!known.isConnected) shown.delete(known);
  shown.set(canvas, [levels, how]);
  put(canvas, levels, how);
}

function put(canvas, levels, how) {
  if (!colours) read();
  const lookup = Array.from({length: 256}, (_, level) => (how === 'grey' ? grey : signed)(level));
  const image = new ImageData(SIDE, SIDE);
  levels.forEach((level, i) => image.data.set([...lookup[level], 255], 4 * i));
  canvas.getContext('2d').putImageData(image, 0, 0);
}

function again() {
  colours = undefined;
  for (const [canvas, [levels, how]] of shown) put(canvas, levels, how);
}

new MutationObserver(again).observe(document.documentElement, {attributeFilter: ['data-theme']});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', again);
