// <sketch-pad x="-6 6" y="-1 1.5" step="1" rise="0.05">: a curve over a grid, drawn with pointer or keyboard, and its twin,
// the table of heights. The answer is a list of points in the hidden text box, from left to right and joined by straight
// lines, so that over each x there is one height: drawing over a piece again replaces it. Events on the text box: `input`
// out; `answer:set` in.

const box = 1000; // units of the curves' own coordinates, in both directions
const near = 1 / 300; // of the width: points of a stroke are at least so far apart
const beyond = 0.03; // of the grid: a pen this far outside still draws along the edge
const few = 30; // so many points are shown as dots too
const kept = 100; // steps back

const svg = (name, attributes) => {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
};
const element = (name, properties, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};
const clamp = (value, [low, high]) => Math.min(Math.max(value, low), high);
const written = value => String(Number(value.toFixed(2))).replace('-', '−');
const typed = text => Number(text.trim().replace('−', '-').replace(',', '.'));

class SketchPad extends HTMLElement {
  connectedCallback() {
    if (this.pad) return;
    for (const side of ['x', 'y']) this[side] = this.getAttribute(side).split(' ').map(Number);
    for (const size of ['step', 'rise']) this[size] = Number(this.getAttribute(size));
    this.width = this.x[1] - this.x[0];
    this.height = this.y[1] - this.y[0];
    this.digits = [this.width, this.height].map(size => Math.min(Math.max(4 - Math.ceil(Math.log10(size)), 0), 9));
    this.area = this.querySelector('[data-draft]');
    this.pad = this.querySelector('.pad');
    this.sheet = this.pad.querySelector('.plot');
    this.past = [];
    this.spot = null; // where the keyboard's pencil is
    this.table();
    this.furnish();
    this.listen();
    this.show();
  }

  // What the page gets

  /** The fields of the table are only a view now: the text box alone is sent. */
  table() {
    this.boxes = [...this.querySelectorAll('.heights input:not([type=hidden])')].map(input => {
      const hidden = input.parentElement.querySelector('[type=hidden]');
      const x = Number(hidden.value);
      hidden.remove();
      input.removeAttribute('name');
      return {x, input};
    });
  }

  furnish() {
    const curves = this.sheet.querySelector('.curves');
    this.mine = curves.querySelector('.mine');
    this.dots = svg('path', {class: 'dots'});
    curves.append(this.dots);
    this.hint = svg('text', {class: 'hint', x: '50%', y: '50%'});
    this.hint.textContent = 'draw here';
    this.cross = [svg('line', {class: 'cross', y1: 0, y2: '100%'}), svg('line', {class: 'cross', x1: 0, x2: '100%'})];
    this.tip = svg('circle', {class: 'tip', r: 5});
    this.sheet.append(this.hint, ...this.cross, this.tip);
    const help = document.getElementById(this.pad.dataset.help);
    help.hidden = false;
    const label = document.getElementById(this.pad.dataset.label).textContent;
    const range = ([low, high]) => `from ${written(low)} to ${written(high)}`;
    this.pad.classList.add('live');
    this.pad.tabIndex = 0;
    this.pad.setAttribute('role', 'application');
    this.pad.setAttribute('aria-roledescription', 'drawing pad');
    this.pad.setAttribute('aria-label', `${label}: x goes ${range(this.x)}, y ${range(this.y)}`);
    this.pad.setAttribute('aria-describedby', help.id);
    this.voice = element('p', {className: 'unseen'});
    this.voice.setAttribute('role', 'status');
    this.undo = element('button', {type: 'button'}, 'Undo');
    this.clear = element('button', {type: 'button'}, 'Clear');
    this.where = element('output', {});
    this.where.setAttribute('aria-live', 'off'); // the voice says what matters
    const line = element('div', {className: 'pad-line'}, this.undo, this.clear, this.where);
    this.pad.after(line, this.voice);
  }

  listen() {
    this.undo.addEventListener('click', () => this.back());
    this.clear.addEventListener('click', () => { this.remember(); this.put([]); this.say('The grid is empty.'); });
    this.area.addEventListener('answer:set', () => { this.past = []; this.show(); });
    addEventListener('pageshow', () => this.show()); // a browser may have filled in the text box by now
    this.sheet.addEventListener('pointerdown', event => this.down(event));
    this.sheet.addEventListener('pointermove', event => this.move(event));
    for (const end of ['pointerup', 'pointercancel']) this.sheet.addEventListener(end, event => this.up(event));
    this.sheet.addEventListener('pointerleave', () => { this.where.textContent = ''; });
    this.pad.addEventListener('keydown', event => this.key(event));
    this.pad.addEventListener('focus', () => this.aim(this.spot?.x ?? this.x[0]));
    for (const row of this.boxes) {
      row.input.addEventListener('input', () => this.enter(row));
      row.input.addEventListener('change', () => this.fill());
      row.input.addEventListener('keydown', event => this.next(event, row));
    }
  }

  // The curve

  read() {
    try {
      const found = JSON.parse(this.area.value);
      const good = found.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
      return good.map(([x, y]) => [clamp(x, this.x), clamp(y, this.y)]).sort((a, b) => a[0] - b[0]);
    } catch {
      return [];
    }
  }

  /** Take over what stands in the text box. */
  show() {
    this.points = this.read();
    this.paint();
    this.fill();
  }

  /** The curve is another one now: everybody is told. */
  put(points) {
    this.points = points;
    const rounded = points.map(point => point.map((value, side) => Number(value.toFixed(this.digits[side]))));
    this.area.value = rounded.length ? JSON.stringify(rounded) : '';
    this.area.dispatchEvent(new Event('input', {bubbles: true}));
    this.paint();
  }

  remember() {
    this.past.push(this.points);
    if (this.past.length > kept) this.past.shift();
  }

  back() {
    if (!this.past.length) return;
    this.put(this.past.pop());
    this.fill();
    this.say('Undone.');
  }

  /** What lies between two places gives way to a point, if there is one. */
  replaced(low, high, point) {
    const stays = this.points.filter(([x]) => x < low || x > high);
    return [...stays, ...(point ? [point] : [])].sort((a, b) => a[0] - b[0]);
  }

  heightAt(x) {
    const right = this.points.findIndex(point => point[0] >= x);
    if (right < 0) return null;
    const [after, before] = [this.points[right], this.points[right - 1]];
    if (after[0] === x) return after[1];
    return before ? before[1] + (x - before[0]) / (after[0] - before[0]) * (after[1] - before[1]) : null;
  }

  paint() {
    const pairs = this.points.map(([x, y]) =>
      `${((x - this.x[0]) / this.width * box).toFixed(1)} ${((this.y[1] - y) / this.height * box).toFixed(1)}`);
    this.mine.setAttribute('d', pairs.length ? `M${pairs.join('L')}` : '');
    this.dots.setAttribute('d', pairs.length <= few ? pairs.map(pair => `M${pair}h0`).join('') : '');
    this.hint.toggleAttribute('hidden', pairs.length > 0);
    this.undo.disabled = !this.past.length;
    this.clear.disabled = !pairs.length;
  }

  /** The table follows the curve, but for the field that is being typed in. */
  fill() {
    for (const {x, input} of this.boxes) {
      if (input === document.activeElement && input.value.trim() !== '') continue;
      const height = this.heightAt(x);
      input.value = height === null ? '' : written(height);
    }
  }

  // With a pointer

  at(event) {
    const {left, top, width, height} = this.sheet.getBoundingClientRect();
    return [(event.clientX - left) / width, 1 - (event.clientY - top) / height];
  }

  down(event) {
    if (event.button !== 0 || !event.isPrimary) return;
    event.preventDefault(); // no text is selected, and no picture dragged
    this.pad.focus({preventScroll: true, focusVisible: false});
    this.sheet.setPointerCapture(event.pointerId);
    this.remember();
    this.pen = null;
    this.drawing = true;
    this.stroke(this.at(event));
    this.put(this.points);
  }

  move(event) {
    const [across, up] = this.at(event);
    const spot = [clamp(this.x[0] + across * this.width, this.x), clamp(this.y[0] + up * this.height, this.y)];
    this.where.textContent = `x = ${written(spot[0])}, y = ${written(spot[1])}`;
    if (!this.drawing || !event.isPrimary) return;
    const moments = event.getCoalescedEvents?.() ?? [];
    for (const moment of moments.length ? moments : [event]) this.stroke(this.at(moment));
    this.put(this.points);
  }

  up(event) {
    if (!this.drawing || !event.isPrimary) return;
    this.drawing = false;
    this.fill();
  }

  /** One moment of a stroke, in shares of the grid. Out on the table, beside the paper, a pen draws nothing. */
  stroke([across, up]) {
    if (Math.min(across, up) < -beyond || Math.max(across, up) > 1 + beyond) {
      this.pen = null;
      return;
    }
    const x = clamp(this.x[0] + across * this.width, this.x);
    const y = clamp(this.y[0] + up * this.height, this.y);
    const reach = near * this.width;
    const last = this.pen;
    if (last === null) this.points = this.replaced(x - reach / 2, x + reach / 2, [x, y]);
    else if (Math.abs(x - last) < reach) this.points = this.replaced(last, last, [last, y]); // straight up: the last height counts
    else if (x > last) this.points = this.replaced(last + 1e-9, x + reach / 2, [x, y]);
    else this.points = this.replaced(x - reach / 2, last - 1e-9, [x, y]);
    if (last === null || Math.abs(x - last) >= reach) this.pen = x;
  }

  // With the keyboard

  key(event) {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      this.area.dispatchEvent(new CustomEvent('answer:submit', {bubbles: true}));
    } else if (event.key.toLowerCase() === 'z' && (event.ctrlKey || event.metaKey)) {
      this.back();
    } else if (event.ctrlKey || event.metaKey || event.altKey || !this.press(event.key, event.shiftKey ? 5 : 1)) {
      return;
    }
    event.preventDefault();
  }

  press(key, finer) {
    if (!this.spot) this.aim(this.x[0]);
    const {x, y} = this.spot;
    const keys = {
      ArrowLeft: () => this.aim(x - this.step / finer),
      ArrowRight: () => this.aim(x + this.step / finer),
      ArrowUp: () => this.lift(y + this.rise / finer),
      ArrowDown: () => this.lift(y - this.rise / finer),
      PageUp: () => this.lift(y + this.rise * 5),
      PageDown: () => this.lift(y - this.rise * 5),
      Home: () => this.aim(this.x[0]),
      End: () => this.aim(this.x[1]),
      Enter: () => this.dot([x, y]),
      ' ': () => this.dot([x, y]),
      Delete: () => this.dot(null),
      Backspace: () => this.dot(null),
    };
    keys[key]?.();
    return key in keys;
  }

  /** Move along x; the pencil follows a curve that is there. */
  aim(x) {
    const place = clamp(Number(x.toFixed(9)), this.x);
    const height = this.heightAt(place);
    this.lift(height ?? this.spot?.y ?? clamp(0, this.y), place);
  }

  lift(y, x = this.spot.x) {
    this.spot = {x, y: clamp(Number(y.toFixed(9)), this.y)};
    const left = `${(x - this.x[0]) / this.width * 100}%`;
    const top = `${(this.y[1] - this.spot.y) / this.height * 100}%`;
    for (const end of ['x1', 'x2']) this.cross[0].setAttribute(end, left);
    for (const end of ['y1', 'y2']) this.cross[1].setAttribute(end, top);
    this.tip.setAttribute('cx', left);
    this.tip.setAttribute('cy', top);
    const there = this.points.some(point => Math.abs(point[0] - x) < 1e-6 && Math.abs(point[1] - this.spot.y) < 1e-3);
    this.tell(`x = ${written(x)}, y = ${written(this.spot.y)}${there ? ', a point' : ''}`);
  }

  /** Sets a point, or takes away what is half a step around. */
  dot(point) {
    const {x} = this.spot;
    const reach = point ? this.step / 20 : this.step / 2 - 1e-9;
    this.remember();
    this.put(this.replaced(x - reach, x + reach, point));
    this.fill();
    const what = point ? `Point set at x = ${written(x)}, y = ${written(point[1])}` : `Nothing at x = ${written(x)}`;
    this.tell(`${what}; ${this.points.length} in all`);
  }

  tell(text) {
    this.where.textContent = text;
    this.say(text);
  }

  say(text) { this.voice.textContent = text; }

  // With the table

  enter({x, input}) {
    const value = typed(input.value);
    const blank = input.value.trim() === '';
    if (!blank && !Number.isFinite(value)) return;
    this.remember();
    const reach = this.step / 2 - 1e-9;
    this.put(this.replaced(x - reach, x + reach, blank ? null : [x, clamp(value, this.y)]));
  }

  /** Enter goes down the table; it does not hand a half-filled one in. */
  next(event, row) {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) this.area.dispatchEvent(new CustomEvent('answer:submit', {bubbles: true}));
    else this.boxes[(this.boxes.indexOf(row) + 1) % this.boxes.length].input.focus();
  }
}

customElements.define('sketch-pad', SketchPad);
