// <demo-lab>: the settings, the buttons, and everything that shows a training while it goes on.
import {bytes, el, numbersOf, paint, Pane, PICTURES, short, square, table, tableOnDemand} from './demo-pictures.js';
import {order, scriptOf, standing, steer, watch} from './demo-watch.js';
import {showSweep} from './demo-curves.js';

const WHY = {
  finished: 'Done', stopped: 'Stopped', time: 'Stopped: twenty seconds of computing are the limit',
  diverged: 'Diverged: the loss is not a number any more',
};
const OTHER = {
  shuffle: at => ({shuffle: !at.shuffle}),
  model: at => ({model: at.model === 'net' ? 'linear' : 'net'}),
  loss: at => ({loss: at.loss === 'book' ? 'bce' : 'book'}),
  start: () => ({start: 'zeros'}),
  forget_zero: at => ({forget_zero: !at.forget_zero}),
  lr: at => ({lr: at.lr * 10}),
};
const LABEL = {
  shuffle: at => at.shuffle ? 'shuffled' : 'in order',
  model: at => at.model,
  loss: at => ({book: 'the book’s loss', bce: 'cross-entropy', accuracy: 'accuracy'}[at.loss]),
  start: at => at.start === 'zeros' ? 'from zeros' : 'from random weights',
  forget_zero: at => at.forget_zero ? 'gradients add up' : 'gradients zeroed',
  lr: at => `rate ${short(at.lr)}`,
};

class DemoLab extends HTMLElement {
  connectedCallback() {
    if (this.form) return;
    this.form = this.querySelector('form');
    this.presets = JSON.parse(this.dataset.presets);
    this.chapter = JSON.parse(this.dataset.chapter);
    this.line = this.querySelector('[data-status]');
    this.voice = this.querySelector('[data-voice]');
    this.charts = [...this.querySelectorAll('live-chart')];
    this.panes = [...this.querySelectorAll('.pane')].map(place => new Pane(place));
    this.runs = []; // ids, the twin's second
    this.tables = {
      epochs: this.tableOf('epochs', () => this.epochTable()),
      sweep: this.tableOf('sweep', () => this.sweepTable?.() ?? el('p')),
      pictures: this.tableOf('pictures', () => this.pictureTables()),
    };
    for (const part of this.querySelectorAll('[data-scripted]')) part.hidden = false;
    this.form.addEventListener('submit', event => { event.preventDefault(); this.train(); });
    this.addEventListener('click', event => this.click(event));
    if (this.dataset.runs) this.join(this.dataset.runs.split(' '));
  }

  tableOf(name, make) { return tableOnDemand(this.querySelector(`[data-table=${name}]`), make); }

  click(event) {
    const preset = event.target.closest('[data-preset]');
    if (preset) {
      event.preventDefault();
      this.preset(...preset.dataset.preset.split(' '));
    }
    const word = event.target.closest('[data-do]')?.dataset.do;
    if (word === 'sweep') this.sweep();
    else if (word) this.steer(word);
  }

  preset(name, model) {
    const said = {model, batch_size: 256, forget_zero: false, ...this.presets[name][model]};
    for (const [key, value] of Object.entries(said)) {
      const field = this.form.elements[key];
      if (typeof value === 'boolean') field.checked = value;
      else field.value = value;
    }
    this.say('The knobs are set. Press Train.', true);
  }

  // What is no number goes as it is: the server says what is wrong.
  settings() {
    const form = this.form.elements;
    const number = field => field.value.trim() !== '' && Number.isFinite(Number(field.value)) ? Number(field.value) : field.value;
    return {
      model: form.model.value, loss: form.loss.value, start: form.start.value,
      shuffle: form.shuffle.checked, forget_zero: form.forget_zero.checked,
      lr: number(form.lr), batch_size: number(form.batch_size), epochs: number(form.epochs), seed: number(form.seed),
    };
  }

  pace() { return Number(this.querySelector('#k-pace').value) || null; }

  async train() {
    const twin = this.querySelector('#k-twin').value;
    const first = this.settings();
    const all = twin ? [first, {...first, ...OTHER[twin](first)}] : [first];
    const labels = all.map(at => twin ? LABEL[twin](at) : '');
    await this.begin(all.map(at => ({...at, pace: this.pace()})), labels);
  }

  // One run, or two after each other. `turn` is who may still speak: a newer start or a stop takes it away.
  async begin(all, labels) {
    const turn = this.turn = {};
    const still = () => this.turn === turn;
    await this.leave();
    this.clear(labels, Math.max(...all.map(at => Number(at.epochs) || 1)), all[0]);
    try {
      for (const settings of all) {
        const run = await order(settings, text => this.say(text), still);
        if (!run) return;
        this.runs.push(run.id);
        if (!still()) return this.leave();
      }
    } catch (error) {
      this.say(error.message, true);
      this.enable(false);
      return;
    }
    const twin = labels[1] ? `twin=${this.querySelector('#k-twin').value}&` : '';
    history.replaceState(null, '', `?${twin}run=${this.runs.join('&run=')}${location.hash}`);
    this.follow(still);
  }

  // What still trains for us is stopped.
  async leave() {
    const open = this.runs.filter((_, i) => !this.panes[i].end);
    this.runs = [];
    await Promise.all(open.map(id => steer(id, 'stop').catch(() => {})));
  }

  clear(labels, epochs, settings) {
    this.now = 0;
    labels.forEach((label, i) => this.panes[i].reset(label));
    this.panes.forEach((pane, i) => { pane.place.hidden = i >= labels.length; pane.title.hidden = labels.length < 2; });
    this.querySelector('[data-worst]').hidden = true;
    this.shown = labels.length;
    this.querySelector('.panes').classList.toggle('twins', this.shown > 1);
    const known = this.chapter[settings.model] ?? {};
    for (const chart of this.charts) {
      chart.epochs = epochs;
      chart.chapter = chart.dataset.of === 'loss' ? known.loss : known[settings.start] ?? known[''];
      chart.level = chart.dataset.of === 'loss' ? null : this.chapter.similarity;
    }
    this.curves();
    this.enable(true);
    this.say('Asking for a place…', true);
    this.querySelector('.stage').scrollIntoView({block: 'nearest'});
  }

  enable(running) {
    for (const button of this.querySelectorAll('.stage [data-do]')) button.disabled = !running;
    this.paused(false);
  }

  // A reload, or somebody else's address.
  async join(ids) {
    const turn = this.turn = {};
    const all = await Promise.all(ids.map(standing)).catch(() => []);
    if (!all.length) return;
    if (all[0].kind === 'sweep') { this.showSweep(ids[0]); return; }
    const configs = all.map(run => run.config);
    const label = LABEL[this.querySelector('#k-twin').value];
    this.clear(configs.map(at => all[1] && label ? label(at) : ''), Math.max(...configs.map(at => at.epochs)), configs[0]);
    this.runs = ids;
    this.paused(all.some(run => run.state === 'paused'));
    this.follow(() => this.turn === turn);
  }

  async follow(still) {
    await Promise.all(this.runs.map((id, i) => watch(id,
      (name, data) => { if (still()) this.told(i, id, name, data); },
      text => { if (still() && i === this.now) this.say(text); })));
    if (still()) this.enable(false);
  }

  told(i, id, name, data) {
    const pane = this.panes[i];
    if (name === 'start') {
      this.now = i;
      pane.begin(data);
      this.provenance(data);
      for (const chart of this.charts) if (chart.level !== null) chart.level = data.similarity.mean;
    } else if (name === 'frame') {
      pane.see(data);
      if (data.epoch > pane.epochs.length) this.say(`Epoch ${data.epoch}, batch ${data.step}: loss ${short(data.loss)}, accuracy ${short(data.accuracy, 4)}.`);
    } else if (name === 'epoch') {
      pane.epochs.push(data);
      this.curves();
    } else {
      pane.end = data;
      this.ended(pane, id, name, data);
    }
  }

  curves() {
    for (const chart of this.charts) {
      chart.runs = this.panes.slice(0, this.shown ?? 1).map(pane =>
        ({label: pane.label, points: pane.epochs.map(row => [row.epoch, row[chart.dataset.of]])}));
      chart.draw();
    }
    this.tables.epochs();
    this.tables.pictures();
  }

  ended(pane, id, name, data) {
    if (name === 'error') {
      this.say(data.message, true);
      return;
    }
    const {epoch, compute_ms: ms, accuracy, why} = data;
    const dead = pane.epochs.at(-1)?.alive === 0 ? ' No hidden unit answers any more: the net is dead.' : '';
    this.say(`${pane.label ? `${pane.label}: ` : ''}${WHY[why]} after ${epoch} ${epoch === 1 ? 'epoch' : 'epochs'}: accuracy ${short(accuracy, 4)}.${dead}
      Computed in ${ms < 1000 ? `${Math.round(ms)} ms` : `${short(ms / 1000)} s`}${this.pace() ? '; the rest was for you to watch' : ''}.`, true);
    this.querySelector('[data-script]').href = scriptOf(id);
    this.worst(data.worst);
    document.dispatchEvent(new CustomEvent('demo:model', {detail: id}));
  }

  worst(pictures) {
    this.querySelector('[data-worst]').hidden = false;
    this.querySelector('.worst').replaceChildren(...pictures.map(one => {
      const canvas = el('canvas', {width: 28, height: 28, ariaHidden: 'true'});
      paint(canvas, bytes(one.pixels), 'grey');
      const chance = one.probability_of_3;
      const says = chance === null ? 'no answer' : `called a ${chance > 0.5 ? 3 : 7}, ${(100 * Math.max(chance, 1 - chance)).toFixed(0)} %`;
      return el('li', {}, canvas, el('span', {textContent: `a ${one.label}`}), el('span', {className: 'quiet', textContent: says}));
    }));
  }

  provenance({train, valid, provenance, device, note}) {
    document.querySelector('[data-provenance]').textContent = `${train} pictures to learn from and ${valid} to be examined on: ` +
      `${provenance.name}, ${provenance.source}; ${provenance.licence}. Computed on: ${device}${note ? ` (${note})` : ''}.`;
  }

  pictureTables() {
    const box = el('div', {});
    for (const pane of this.panes.slice(0, this.shown)) {
      for (const [name, picture] of Object.entries(pane.pictures)) {
        box.append(el('p', {className: 'label', textContent: `${PICTURES[name]} ${pane.label}`}), square(numbersOf(picture).map(value => short(value, 2))));
      }
    }
    return box;
  }

  epochTable() {
    const heads = ['Epoch', 'Loss', 'Accuracy', 'Right', 'Computed in'];
    const rows = this.panes.slice(0, this.shown ?? 1).flatMap(pane => pane.epochs.map(row =>
      [...(this.shown > 1 ? [pane.label] : []), row.epoch, short(row.loss, 4), short(row.accuracy, 4), `${row.correct} of ${row.valid}`, `${row.compute_ms.toFixed(1)} ms`]));
    return table(this.shown > 1 ? ['Run', ...heads] : heads, rows);
  }

  async steer(word) {
    const id = this.runs[this.now];
    const sent = word === 'pause' && this.isPaused ? 'resume' : word;
    if (word === 'stop') {
      const turn = this.turn = {};
      this.enable(false);
      this.say('Stopped.', true);
      for (const later of this.runs.splice(this.now + 1)) steer(later, 'stop').catch(() => {});
      this.follow(() => this.turn === turn); // its end is still told
    }
    if (!id) return;
    try {
      await steer(id, sent);
      if (word !== 'stop') this.paused(sent !== 'resume');
    } catch (error) {
      this.say(error.message, true);
    }
  }

  paused(now) {
    this.isPaused = now;
    this.querySelector('[data-do=pause]').textContent = now ? 'Go on' : 'Pause';
  }

  async sweep() {
    const {forget_zero: _, lr: __, ...settings} = this.settings();
    if (settings.loss === 'accuracy') settings.loss = 'book';
    try {
      const run = await order({...settings, kind: 'sweep', pace: this.pace()}, text => this.say(text), () => true);
      this.showSweep(run.id);
    } catch (error) {
      this.say(error.message, true);
    }
  }

  showSweep(id) {
    this.querySelector('[data-sweep]').hidden = false;
    this.sweepTable = showSweep(this.querySelector('[data-sweep]'), id, (text, aloud) => this.say(text, aloud), this.tables.sweep,
      start => this.provenance(start));
  }

  say(text, aloud = false) {
    this.line.textContent = text;
    if (aloud) this.voice.textContent = text;
  }
}

customElements.define('demo-lab', DemoLab);
