// <live-chart>: a number by epoch, of one run or of two, with the chapter's own points and a level to compare with. And
// the sweep: sixteen learning rates at once, as a row of small curves.
import {el, short, svg, table} from './demo-pictures.js';
import {watch} from './demo-watch.js';

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
    const every = Math.ceil(last / 8);
    for (let epoch = every; epoch <= last; epoch += every) {
      yield svg('text', {x: x(epoch), y: H - 12, 'text-anchor': 'middle'}, epoch);
    }
  }
}

customElements.define('live-chart', LiveChart);

const SW = 100, SH = 56;

// Returns what makes the table of the sweep as it stands.
export function showSweep(place, id, say, changed, begun) {
  const list = place.querySelector('.sweep');
  let rates = [], epochs = [], total = 1;

  const draw = () => {
    list.replaceChildren(...rates.map((rate, i) => {
      const points = epochs.map((row, n) => `${(n / Math.max(total - 1, 1) * SW).toFixed(1)},${(SH - (Math.max(row.accuracy[i] ?? 0.4, 0.4) - 0.4) / 0.6 * SH).toFixed(1)}`);
      const picture = svg('svg', {viewBox: `-3 -3 ${SW + 6} ${SH + 6}`, 'aria-hidden': 'true'});
      picture.append(svg('line', {class: 'grid-line', x1: 0, x2: SW, y1: SH * 5 / 6, y2: SH * 5 / 6}), svg('line', {class: 'grid-line', x1: 0, x2: SW, y1: 0, y2: 0}),
        svg('polyline', {class: `run run-${dead(i) ? 1 : 0}`, points: points.join(' ')}));
      return el('li', {}, picture, el('span', {textContent: short(rate)}), el('span', {className: 'quiet', textContent: ends(i)}));
    }));
    changed();
  };
  const last = () => epochs.at(-1);
  const dead = i => last()?.alive?.[i] === 0;
  const ends = i => !last() ? '' : `${last().accuracy[i] === null ? 'not a number' : short(last().accuracy[i])}${dead(i) ? ', dead' : ''}`;

  place.hidden = false;
  watch(id, (name, data) => {
    if (name === 'start') {
      begun(data);
      ({rates} = data);
      epochs = [];
      total = data.config.epochs;
    } else if (name === 'epoch') {
      epochs.push(data);
      say(`Sweep: epoch ${data.epoch} of ${total}.`);
    } else if (name === 'done') {
      say(`The sweep is done: best at a rate of ${short(data.best)}. Sixteen models were computed in ${short(data.compute_ms / 1000)} s.`, true);
    } else if (name === 'error') say(data.message, true);
    draw();
  }, say);
  return () => table(['Learning rate', 'Accuracy', 'Loss', 'Hidden units that answer'], rates.map((rate, i) => !last() ? [short(rate), '', '', ''] :
    [short(rate), short(last().accuracy[i], 4), short(last().loss[i]), last().alive ? last().alive[i] : '–']));
}
