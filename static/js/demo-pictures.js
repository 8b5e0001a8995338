// What the demo's parts draw with: elements, tables, and pictures of 28 x 28 numbers in the page's own colours. A Pane is
// one run as the page shows it: pictures of its weights, of the mean digits and of the gradient, and what it has told.
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

export function tableOnDemand(details, make) {
  const show = () => { if (details.open) details.querySelector('.scroll').replaceChildren(make()); };
  details.addEventListener('toggle', show);
  show();
  return show;
}

export const square = numbers => table(['row', ...Array(SIDE).keys()],
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

export const PICTURES = {weights: 'Weights', means: 'Mean 3 less mean 7', gradient: 'Gradient'};

export class Pane {
  constructor(place) {
    this.place = place;
    this.title = el('h3', {hidden: true});
    this.reading = el('p', {className: 'reading quiet'});
    place.append(this.title, ...Object.keys(PICTURES).map(name => this.figure(name)), this.reading);
    this.reset('');
  }

  figure(name) {
    const canvas = this[name] = el('canvas', {width: 28, height: 28, role: 'img', ariaLabel: `${PICTURES[name]}, 28 by 28 pixels`});
    canvas.addEventListener('pointermove', event => {
      if (!this.pictures[name]) return;
      const [column, row] = [event.offsetX, event.offsetY].map(at => Math.max(0, Math.min(27, Math.floor(at / canvas.clientWidth * 28))));
      this.reading.textContent = `${PICTURES[name]}, row ${row}, column ${column}: ${short(numbersOf(this.pictures[name])[row * 28 + column])}`;
    });
    canvas.addEventListener('pointerleave', () => { this.reading.textContent = ''; });
    return el('figure', {className: name}, el('figcaption', {textContent: PICTURES[name]}), canvas);
  }

  reset(label) {
    this.label = label;
    this.title.textContent = label;
    this.epochs = [];
    this.end = this.frame = null;
    this.pictures = {};
    for (const name of Object.keys(PICTURES)) paint(this[name], Array(784).fill(128), 'signed');
  }

  show(name, picture) {
    this.pictures[name] = picture;
    paint(this[name], bytes(picture.levels), 'signed');
  }

  begin(start) {
    this.epochs = [];
    this.show('means', start.means);
  }

  // Drawn once a picture of the screen.
  see(frame) {
    if (!this.frame) requestAnimationFrame(() => {
      if (!this.frame) return;
      this.show('weights', this.frame.weights);
      this.show('gradient', this.frame.gradient);
      this.frame = null;
    });
    this.frame = frame;
  }
}
