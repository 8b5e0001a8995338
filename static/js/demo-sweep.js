// Sixteen learning rates at once, as a row of small curves.
import {el, short, svg, table} from './demo-draw.js';
import {watch} from './demo-watch.js';

const W = 100, H = 56;

// Returns what makes the table of the sweep as it stands.
export function showSweep(place, id, say, changed, begun) {
  const list = place.querySelector('.sweep');
  let rates = [], epochs = [], total = 1;

  const draw = () => {
    list.replaceChildren(...rates.map((rate, i) => {
      const points = epochs.map((row, n) => `${(n / Math.max(total - 1, 1) * W).toFixed(1)},${(H - (Math.max(row.accuracy[i] ?? 0.4, 0.4) - 0.4) / 0.6 * H).toFixed(1)}`);
      const picture = svg('svg', {viewBox: `-3 -3 ${W + 6} ${H + 6}`, 'aria-hidden': 'true'});
      picture.append(svg('line', {class: 'grid-line', x1: 0, x2: W, y1: H * 5 / 6, y2: H * 5 / 6}), svg('line', {class: 'grid-line', x1: 0, x2: W, y1: 0, y2: 0}),
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
