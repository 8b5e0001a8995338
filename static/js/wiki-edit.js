// <edit-desk preview="…" limit="20000">: the preview follows what is typed, the counter counts as the server does, and
// Ctrl+Enter is the first button. Needs `setHTML`; without it, or without JavaScript, the Preview button does the same.

const able = 'setHTML' in Element.prototype;
const pause = 400; // ms without typing

class EditDesk extends HTMLElement {
  connectedCallback() {
    if (this.area) return;
    this.form = this.querySelector('form');
    this.area = this.querySelector('textarea');
    this.shown = this.querySelector('.preview');
    this.size = this.querySelector('[data-size]');
    this.limit = Number(this.getAttribute('limit'));
    this.area.addEventListener('input', () => this.changed());
    this.area.addEventListener('answer:set', () => this.changed());
    this.addEventListener('keydown', event => {
      if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      this.form.requestSubmit(this.form.querySelector('.primary:enabled') ?? undefined);
    });
    this.form.addEventListener('submit', event => this.sent(event));
    this.elsewhere();
    if (able && !this.shown.querySelector('.prose')) this.show();
    if (able) this.querySelector('button[value=preview]').hidden = true;
  }

  changed() {
    const size = [...this.area.value].length; // characters, as the server counts them
    this.size.textContent = size.toLocaleString('en');
    this.size.classList.toggle('over', size > this.limit);
    if (!able) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.show(), pause);
  }

  /** The newest text wins: a reply to an older one is not waited for. */
  async show() {
    this.asked?.abort();
    const asked = this.asked = new AbortController();
    try {
      const body = new URLSearchParams({text: this.area.value});
      const reply = await fetch(this.getAttribute('preview'), {method: 'POST', body, signal: asked.signal});
      if (!reply.ok) throw new Error(reply.status);
      const html = await reply.text();
      if (asked.signal.aborted) return;
      const top = this.shown.scrollTop;
      this.shown.setHTML(html, {sanitizer: {removeElements: ['link', 'meta', 'title']}});
      this.shown.scrollTop = top;
    } catch (error) {
      if (error.name !== 'AbortError') this.tell('There is no preview just now; what you type is kept.');
    }
  }

  tell(words) {
    const note = document.createElement('p');
    note.className = 'quiet';
    note.textContent = words;
    this.shown.replaceChildren(note);
  }

  /** Code may take seconds to run: say so, and send it once. */
  sent(event) {
    if (this.busy) return event.preventDefault();
    if (event.submitter?.value === 'preview') return;
    this.busy = true;
    const status = document.createElement('span');
    status.className = 'quiet';
    status.setAttribute('role', 'status');
    status.textContent = 'Running the code…';
    event.submitter?.after(status);
    addEventListener('pageshow', () => { this.busy = false; status.remove(); }, {once: true}); // came back to this page
  }

  /** A text that was made from another revision, and never reached the server, is offered where it belongs. */
  elsewhere() {
    const line = this.querySelector('draft-line');
    if (!line) return;
    const [path, now] = line.getAttribute('url').split('?revision=');
    const start = `selfgrad:draft:${path}?revision=`;
    try {
      for (const key of Object.keys(localStorage).filter(one => one.startsWith(start) && !one.endsWith(':other'))) {
        const revision = key.slice(start.length);
        if (revision === now || JSON.parse(localStorage.getItem(key)).saved) continue;
        const link = document.createElement('a');
        link.href = `?base=${encodeURIComponent(revision)}`;
        link.textContent = `This browser kept a text that you made from revision ${revision}.`;
        line.after(link);
      }
    } catch { /* nothing is kept here */ }
  }
}

customElements.define('edit-desk', EditDesk);
