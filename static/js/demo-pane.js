// One run as the page shows it: pictures of its weights beside the mean digits and the gradient, and what it has told.
import {bytes, el, numbersOf, paint, short} from './demo-draw.js';

export const PICTURES = {weights: 'Weights', means: 'Mean 3 less mean 7', gradient: 'Gradient of the last batch'};

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
    canvas.addEventListener('pointerleave', () => this.rest());
    return el('figure', {className: name}, el('figcaption', {textContent: PICTURES[name]}), canvas);
  }

  rest() { this.reading.textContent = 'Each picture has its own scale: the strongest number has the strongest colour. Point at a pixel to read it.'; }

  reset(label) {
    this.label = label;
    this.title.textContent = label;
    this.epochs = [];
    this.start = this.frame = null;
    this.pictures = {};
    for (const name of Object.keys(PICTURES)) paint(this[name], Array(784).fill(128), 'signed');
    this.rest();
  }

  show(name, picture) {
    this.pictures[name] = picture;
    paint(this[name], bytes(picture.levels), 'signed');
  }

  begin(start) {
    this.epochs = [];
    this.start = start;
    this.show('means', start.means);
  }

  // Drawn once for each of the screen's own pictures, whatever comes in between.
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
