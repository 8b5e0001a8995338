// <digit-pad>: a pad to draw on by mouse, finger, pen or keys; what the model sees of it; and what the model says.
import {el, paint, square, tableOnDemand} from './demo-pictures.js';
import {normalised} from './demo-normalise.js';
import {ask} from './demo-watch.js';

const SIDE = 28, CELL = 10, SIZE = SIDE * CELL, PEN = 24;
const EXAMPLES = { // strokes in cells
  3: [[[9, 7], [13, 5], [17, 6], [18, 9], [16, 12], [12, 13], [17, 14], [19, 18], [17, 22], [12, 23], [8, 21]]],
  7: [[[7, 6], [20, 6], [17, 12], [14, 18], [12, 24]]],
  5: [[[19, 5], [10, 5], [9, 12], [14, 11], [19, 14], [19, 19], [15, 23], [9, 22]]],
};
const MOVES = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};

class DigitPad extends HTMLElement {
  connectedCallback() {
    if (this.pad) return;
    this.hidden = false;
    this.pad = this.querySelector('.pad');
    this.sheet = el('canvas', {width: SIZE, height: SIZE}); // the ink alone, opaque where there is some
    this.ink = this.sheet.getContext('2d', {willReadFrequently: true});
    Object.assign(this.ink, {lineWidth: PEN, lineCap: 'round', lineJoin: 'round'});
    this.answer = this.querySelector('[data-answer]');
    this.raw = this.querySelector('[data-raw]');
    this.run = new URLSearchParams(location.search).getAll('run').pop();
    this.pen = {x: 14, y: 14, down: false, shown: false};
    this.table = tableOnDemand(this.querySelector('details'), () => square(this.seen ?? Array(784).fill(0)));
    this.listen();
    this.clear();
  }

  listen() {
    const at = event => [event.offsetX / this.pad.clientWidth * SIZE, event.offsetY / this.pad.clientHeight * SIZE];
    this.pad.addEventListener('pointerdown', event => {
      event.preventDefault();
      this.pad.setPointerCapture(event.pointerId);
      this.pen.shown = false;
      this.last = at(event);
      this.stroke([this.last, this.last]);
    });
    this.pad.addEventListener('pointermove', event => {
      if (!this.last) return;
      const next = at(event);
      this.stroke([this.last, next]);
      this.last = next;
    });
    for (const name of ['pointerup', 'pointercancel']) this.pad.addEventListener(name, () => { this.last = null; this.read(); });
    this.pad.addEventListener('keydown', event => this.key(event));
    this.pad.addEventListener('blur', () => { this.pen.shown = false; this.show(); });
    this.raw.addEventListener('change', () => this.read());
    this.addEventListener('click', event => {
      const {example, clear} = event.target.dataset;
      if (example) this.example(example);
      if (clear !== undefined) this.clear('The pad is empty.');
    });
    this.querySelector('[type=file]').addEventListener('change', event => this.photo(event.target));
    document.addEventListener('demo:model', event => { this.run = event.detail; this.read(); });
  }

  key(event) {
    const move = MOVES[event.key];
    if (move) {
      const from = [this.pen.x, this.pen.y];
      this.pen.x = Math.min(27, Math.max(0, this.pen.x + move[0]));
      this.pen.y = Math.min(27, Math.max(0, this.pen.y + move[1]));
      if (this.pen.down) this.draw([[from, [this.pen.x, this.pen.y]]]);
    } else if (event.key === ' ') {
      this.pen.down = !this.pen.down;
      if (this.pen.down) this.draw([[[this.pen.x, this.pen.y], [this.pen.x, this.pen.y]]]);
    } else if (event.key === 'Delete' || event.key === 'Backspace') this.clear('The pad is empty.');
    else return;
    event.preventDefault();
    this.pen.shown = true;
    this.show();
    if (event.key === ' ') this.say(`Pen ${this.pen.down ? 'down' : 'up'} at row ${this.pen.y}, column ${this.pen.x}.`);
    clearTimeout(this.later);
    if (!this.pen.down) this.later = setTimeout(() => this.read(), 400);
  }

  stroke([from, to]) {
    this.ink.beginPath();
    this.ink.moveTo(...from);
    this.ink.lineTo(...to);
    this.ink.stroke();
    this.show();
  }

  // Lines through the middle of cells.
  draw(lines) {
    for (const line of lines) {
      for (let i = 1; i < line.length; i += 1) this.stroke([line[i - 1], line[i]].map(point => point.map(n => (n + 0.5) * CELL)));
    }
  }

  example(name) {
    this.clear();
    this.draw(EXAMPLES[name]);
    return this.read();
  }

  clear(says) {
    this.ink.clearRect(0, 0, SIZE, SIZE);
    this.pen.down = false;
    this.show();
    this.see(null);
    if (says) this.say(says);
  }

  show() {
    const context = this.pad.getContext('2d');
    const style = getComputedStyle(this.pad);
    context.clearRect(0, 0, SIZE, SIZE);
    context.drawImage(this.sheet, 0, 0);
    context.globalCompositeOperation = 'source-in';
    context.fillStyle = style.color;
    context.fillRect(0, 0, SIZE, SIZE);
    context.globalCompositeOperation = 'source-over';
    if (this.pen.shown) {
      context.strokeStyle = style.outlineColor;
      context.lineWidth = this.pen.down ? 4 : 2;
      context.strokeRect(this.pen.x * CELL, this.pen.y * CELL, CELL, CELL);
    }
  }

  // 784 numbers: how much of each cell is ink.
  pixels() {
    const {data} = this.ink.getImageData(0, 0, SIZE, SIZE);
    const sums = Array(SIDE * SIDE).fill(0);
    for (let i = 3; i < data.length; i += 4) {
      const pixel = (i - 3) / 4, x = pixel % SIZE, y = (pixel - x) / SIZE;
      sums[Math.floor(y / CELL) * SIDE + Math.floor(x / CELL)] += data[i];
    }
    return sums.map(sum => Math.round(sum / CELL ** 2));
  }

  see(seen) {
    this.seen = seen;
    paint(this.querySelector('.seen'), seen ?? Array(784).fill(0), 'grey');
    this.table();
  }

  async read() {
    const pixels = this.pixels();
    const centre = !this.raw.checked;
    const seen = normalised(pixels, centre);
    this.see(seen);
    if (!seen) return;
    if (!this.run) {
      this.say('No model is trained yet: press Train above, and it will read this.');
      return;
    }
    const asked = this.asked = {};
    try {
      const {probability_of_3: three} = await ask('/api/v1/demo/predictions', {run: this.run, pixels, centre});
      if (this.asked === asked) this.say(inWords(three));
    } catch (error) {
      if (this.asked === asked) this.say(error.message);
    }
  }

  async photo({files: [file]}) {
    if (!file) return;
    try {
      const picture = await inkOf(file, SIZE);
      this.clear();
      this.ink.putImageData(picture, 0, 0);
      this.show();
      this.read();
    } catch (error) {
      this.say(error.message);
    }
  }

  say(text) { this.answer.textContent = text; }
}

function inWords(three) {
  const digit = three > 0.5 ? 3 : 7;
  const chance = Math.max(three, 1 - three);
  const sure = chance > 0.99 ? 'and is certain' : chance > 0.9 ? 'and is fairly sure' : chance > 0.65 ? 'but hesitates' : 'but might as well toss a coin';
  return `The model says ${digit}, ${sure}: its probability of a 3 is ${three.toFixed(three < 0.001 || three > 0.999 ? 5 : 3)}.`;
}

// A photo of a digit becomes ink: opaque where it is darker (or lighter) than its ground. It never leaves the browser.
const MOST_PIXELS = 40e6;

// The picture as `size` x `size` pixels whose alpha is the ink. Throws with one sentence for the visitor.
async function inkOf(file, size) {
  const image = await opened(file);
  const {naturalWidth: w, naturalHeight: h} = image;
  if (w * h > MOST_PIXELS) throw new Error(`This photo has ${(w * h / 1e6).toFixed(0)} megapixels; at most ${MOST_PIXELS / 1e6} are read. Make it smaller first.`);
  const canvas = Object.assign(document.createElement('canvas'), {width: size, height: size});
  const context = canvas.getContext('2d', {willReadFrequently: true});
  const scale = size / Math.max(w, h);
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, (size - w * scale) / 2, (size - h * scale) / 2, w * scale, h * scale);
  URL.revokeObjectURL(image.src);
  return inked(context.getImageData(0, 0, size, size));
}

function opened(file) {
  return new Promise((done, fail) => {
    const image = new Image();
    image.onload = () => done(image);
    image.onerror = () => fail(new Error('This file is not a picture that the browser can read.'));
    image.src = URL.createObjectURL(file);
  });
}

// The ground is what most of the picture looks like; what differs by less than a third of the most is ground too.
function inked(image) {
  const {data} = image;
  const light = [];
  for (let i = 0; i < data.length; i += 4) light.push(data[i + 3] < 128 ? NaN : 0.3 * data[i] + 0.59 * data[i + 1] + 0.11 * data[i + 2]);
  const sorted = light.filter(value => !Number.isNaN(value)).sort((a, b) => a - b);
  const ground = sorted[sorted.length >> 1];
  const most = Math.max(ground - sorted[0], sorted[sorted.length - 1] - ground);
  if (!(most > 30)) throw new Error('Nothing stands out in this picture: take one of dark ink on light paper.');
  light.forEach((value, i) => {
    const differs = Number.isNaN(value) ? 0 : Math.abs(value - ground) / most;
    data.set([0, 0, 0, 255 * Math.min(1, Math.max(0, (differs - 0.33) / 0.34))], 4 * i);
  });
  return image;
}

customElements.define('digit-pad', DigitPad);
