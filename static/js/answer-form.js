// <answer-form>: hands the answer in without leaving the page and puts the result under it. Needs a browser that can
// put HTML in place safely (`setHTML`); without one, or without JavaScript, the form is sent as forms always were.

const able = 'setHTML' in Element.prototype;
const patience = 150; // ms before "Grading…" is worth saying

/** The parts of a page or fragment that answer to `selector`; nothing in it runs or loads. */
function parse(html, selector, without = []) {
  const box = document.createElement('div');
  box.setHTML(html, {sanitizer: {removeElements: ['link', 'meta', 'title', ...without]}});
  return [...box.querySelectorAll(selector)];
}

/** Still in the queue: ask until it is graded, each time a little later. */
async function graded(attempt, wanted) {
  for (let wait = 500; wanted(); wait = Math.min(wait * 1.5, 5000)) {
    await new Promise(done => setTimeout(done, wait));
    const reply = await fetch(attempt, {headers: {'Accept': 'text/html', 'X-Fragment': 'verdict'}}).catch(() => null);
    const html = reply?.ok ? await reply.text() : '';
    if (html && !/class="waiting"/.test(html)) return html;
  }
  return null;
}

class AnswerForm extends HTMLElement {
  connectedCallback() {
    if (this.result) return;
    this.result = this.querySelector('.result');
    this.form = this.querySelector('form.answer');
    this.area = this.form.querySelector('[data-draft]');
    this.status = document.createElement('span');
    this.status.className = 'quiet';
    this.status.setAttribute('role', 'status');
    this.form.querySelector('.submit-line button').after(this.status);
    this.keys();
    this.addEventListener('submit', event => this.submit(event));
    const waiting = this.result.querySelector('.waiting');
    if (waiting) this.poll(waiting.dataset.attempt);
  }

  keys() {
    const keys = this.form.querySelector('.keys');
    keys.hidden = false;
    if (/Mac|iPhone|iPad/.test(navigator.platform)) keys.querySelector('kbd').textContent = '⌘';
    const go = () => this.form.querySelector('.submit-line button').disabled || this.form.requestSubmit();
    this.addEventListener('answer:submit', go);
    this.area.addEventListener('keydown', event => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) { event.preventDefault(); go(); }
    });
  }

  async submit(event) {
    if (!able || event.submitter?.name === 'move') return;
    event.preventDefault();
    if (this.busy) return;
    this.busy = true;
    const form = event.target;
    const slow = setTimeout(() => this.say('Grading…'), patience);
    try {
      await this.send(form);
    } catch {
      this.refuse('The program could not be reached. Your text is kept here; try again in a moment.');
    } finally {
      clearTimeout(slow);
      if (this.status.textContent === 'Grading…') this.say('');
      this.busy = false;
    }
  }

  async send(form) {
    const text = this.area.value;
    const body = new URLSearchParams(new FormData(form));
    const headers = {'Accept': 'text/html', 'X-Fragment': 'verdict'};
    const reply = await fetch(form.action, {method: 'POST', body, headers});
    const html = await reply.text();
    if (!reply.ok) return this.refuse(parse(html, '.lead')[0]?.textContent ?? `It was not taken (${reply.status}).`, reply);
    if (form === this.form) {
      this.area.dispatchEvent(new CustomEvent('answer:sent', {detail: {text}}));
      form.elements.key.value = reply.headers.get('X-Form-Key') ?? form.elements.key.value; // a key is good for once
    }
    await this.place(html);
  }

  async place(html) {
    if (!able) return location.reload();
    const [fragment] = parse(html, '.verdict, .waiting');
    if (!fragment) return location.reload();
    this.result.replaceChildren(fragment);
    this.result.classList.add('arrived');
    if (fragment.matches('.waiting')) return this.poll(fragment.dataset.attempt);
    this.area.dispatchEvent(new CustomEvent('answer:graded', {detail: {line: Number(fragment.dataset.line) || null}}));
    const summary = fragment.querySelector('.summary');
    this.announce(summary.textContent);
    summary.scrollIntoView({block: 'nearest'});
    this.refresh().catch(() => {}); // the states in the margin are only news; the verdict is already there
  }

  async poll(attempt) {
    const html = await graded(attempt, () => this.isConnected);
    if (html) await this.place(html);
  }

  /** What else a result changes on the page: the states, and the explanation once every part is done. */
  async refresh() {
    const meta = document.querySelector('.meta[data-live]');
    if (!meta) return;
    const reply = await fetch(location.href.split('#')[0], {headers: {'Accept': 'text/html'}});
    if (!reply.ok) return;
    const found = parse(await reply.text(), '[data-live]', ['answer-form']);
    for (const fresh of found) {
      const old = document.querySelector(`[data-live="${CSS.escape(fresh.dataset.live)}"]`);
      if (old && old.textContent !== fresh.textContent) old.replaceWith(fresh);
    }
  }

  announce(text) { this.say(''); requestAnimationFrame(() => { this.heard ??= this.voice(); this.heard.textContent = text.replace(/\s+/g, ' ').trim(); }); }

  voice() {
    const voice = document.createElement('p');
    voice.className = 'unseen';
    voice.setAttribute('role', 'status');
    this.append(voice);
    return voice;
  }

  say(text) { this.status.textContent = text; }

  refuse(message, reply) {
    const wait = reply?.headers.get('Retry-After');
    const note = document.createElement('p');
    note.className = 'notice';
    note.setAttribute('role', 'alert');
    note.textContent = message.trim() + (wait ? ` (Try again in ${wait} s.)` : '');
    this.result.replaceChildren(note);
  }
}

customElements.define('answer-form', AnswerForm);

// The page of an attempt that is still in the queue has no form around its result.
const alone = document.querySelector('#result > .waiting');
if (alone) graded(alone.dataset.attempt, () => true).then(() => location.reload());
