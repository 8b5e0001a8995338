// <live-chart>: a number by epoch, of one run or of two, with the chapter's own points and a level to compare with.
import {el, svg} from './demo-draw.js';

const W = 400, H = 230, LEFT = 40, RIGHT = 12, TOP = 12, BOTTOM = 30;

class LiveChart extends HTMLElement {
  runs = [];
  chapter = [];
  level = null;
  epochs = 20;

  connectedCallback() {
    if (this.picture) return;
    this.picture = svg('svg', {viewBox: `0 0 ${W} ${H}`, role: 'img', 'aria-label': this.dataset.title});
    const caption = el('figcaption', {}, el('span', {textContent: this.dataset.title}));
    this.keys = caption.appendChild(el('span', {className: 'keys'}));
    this.append(el('figure', {}, caption, this.picture));
    this.draw();
  }

  // runs: [{label, points: [[epoch, value]]}], the twin second
  draw() {
    const values = this.runs.flatMap(run => run.points.map(point => point[1])).filter(Number.isFinite);
    const floor = Math.min(Number(this.dataset.floor), ...values.map(value => Math.floor(value * 10) / 10));
    const top = Math.min(Math.max(Number(this.dataset.top), ...values.map(value => Math.ceil(value * 10) / 10)), 5);
    const last = Math.max(this.epochs, 2);
    const x = epoch => LEFT + (epoch - 1) / (last - 1) * (W - LEFT - RIGHT);
    const y = value => TOP + (top - Math.min(Math.max(value, floor), top)) / (top - floor) * (H - TOP - BOTTOM);
    const parts = [...this.axes(x, y, floor, top, last)];
    if (this.level !== null) {
      parts.push(svg('line', {class: 'level', x1: LEFT, x2: W - RIGHT, y1: y(this.level), y2: y(this.level)}));
    }
    for (const [epoch, value] of this.chapter) {
      if (epoch <= last) parts.push(svg('circle', {class: 'chapter', cx: x(epoch), cy: y(value), r: 3}));
    }
    this.runs.forEach((run, i) => {
      const points = run.points.filter(point => Number.isFinite(point[1]));
      const at = points.map(point => `${x(point[0]).toFixed(1)},${y(point[1]).toFixed(1)}`);
      if (at.length > 1) parts.push(svg('polyline', {class: `run run-${i}`, points: at.join(' ')}));
      if (at.length) {
        const [cx, cy] = at[at.length - 1].split(',');
        parts.push(svg('circle', {class: `end run-${i}`, cx, cy, r: 3.5}));
      }
    });
    this.picture.replaceChildren(...parts);
    this.keys.replaceChildren(...(this.runs.length > 1 ? this.runs : []).map((run, i) =>
      el('span', {className: `key run-${i}`, textContent: `${'―╌'[i]} ${run.label}`})));
    const ends = this.runs.filter(run => run.points.length).map(run => `${run.label} ${run.points.at(-1)[1] ?? 'not a number'}`);
    this.picture.setAttribute('aria-label', `${this.dataset.title}${ends.length ? `, at last: ${ends.join('; ')}` : ''}`);
  }

  *axes(x, y, floor, top, last) {
    const step = top - floor > 2 ? 1 : top - floor > 0.8 ? 0.2 : 0.1;
    for (let value = floor; value <= top + 1e-9; value += step) {
      yield svg('line', {class: 'grid-line', x1: LEFT, x2: W - RIGHT, y1: y(value), y2: y(value)});
      yield svg('text', {x: LEFT - 6, y: y(value) + 4, 'text-anchor': 'end'}, value.toFixed(1));
    }
    const every = Math.max(1, Math.ceil(last / 8));
    for (let epoch = every === 1 ? 1 : every; epoch <= last; epoch += every) {
      yield svg('text', {x: x(epoch), y: H - 12, 'text-anchor': 'middle'}, epoch);
    }
  }
}

customElements.define('live-chart', LiveChart);
