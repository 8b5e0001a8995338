// <draft-line for="textarea" url="…/draft" version="3">: keeps what is typed, and says in one line where it is kept.
// In this browser at once, on the server within two seconds; on load a text that never reached the server is offered,
// not put in place. Nothing is ever handed in from here.

const pause = 800; // ms without typing before the server is told
const longest = 60_000; // between two tries while there is no connection
const clock = new Intl.DateTimeFormat(undefined, {hour: '2-digit', minute: '2-digit'});

const store = {
  get(key) { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
  set(key, value) { try { localStorage.setItem(key, JSON.stringify(value)); return true; } catch { return false; } },
  drop(key) { try { localStorage.removeItem(key); } catch { /* nothing was kept */ } },
};

function version(reply) {
  const told = reply.headers.get('X-Draft-Version');
  return told === null ? null : Number(told);
}

const lines = new Set();
const remembered = 8; // texts of our own, by which a reply is recognised

class DraftLine extends HTMLElement {
  connectedCallback() {
    if (this.area) return;
    this.area = document.getElementById(this.getAttribute('for'));
    this.url = this.getAttribute('url');
    this.version = Number(this.getAttribute('version')); // 0 is: none yet
    this.key = `selfgrad:draft:${this.url}`;
    this.spare = `${this.key}:other`; // a text that waits for "restore" or "discard"
    this.saved = this.area.defaultValue;
    this.own = new Set(); // what this browser sent or kept: nobody else's
    this.wait = pause;
    this.setAttribute('role', 'status');
    this.note = document.createElement('span');
    this.note.append(...this.childNodes); // what the server says of its draft
    this.choice = document.createElement('span');
    this.append(this.note, ' ', this.choice);
    this.area.addEventListener('input', () => this.typed());
    this.area.addEventListener('answer:sent', event => this.sent(event.detail));
    lines.add(this);
    this.look();
  }

  get dirty() { return this.area.value !== this.saved; }

  /** What did an earlier visit leave in this browser? It may have reached the server after this page was made. */
  async look() {
    const kept = store.get(this.key);
    if (kept && !kept.saved) {
      if (kept.text !== this.saved) store.set(this.spare, kept);
      store.drop(this.key);
    }
    const other = store.get(this.spare);
    const left = [kept, other].filter(one => one && one.text !== this.saved);
    left.forEach(one => this.mine(one.text));
    if (left.length && await this.catchUp()) return;
    if (other && this.worth(other.text)) this.offer(other);
    else store.drop(this.spare);
    if (left.length) setTimeout(() => this.catchUp(), 1500); // it may still have been on its way
  }

  /** Is the server ahead of this page by a text of this very browser? Then the page follows; true if that settles it. */
  async catchUp() {
    const now = await fetch(this.url).then(reply => (reply.ok ? reply.json() : null)).catch(() => null);
    if (!now || this.stopped || now.version <= this.version || !this.own.has(now.answer)) return false;
    this.version = now.version;
    if (this.dirty) return false; // what is being typed stays, and the other text is offered
    this.saved = this.area.value = now.answer;
    this.area.dispatchEvent(new CustomEvent('answer:set'));
    this.say(`Draft saved ${clock.format(new Date(now.saved))}`);
    this.settle(now.answer);
    return !store.get(this.spare);
  }

  mine(text) {
    this.own.add(text);
    if (this.own.size > remembered) this.own.delete(this.own.values().next().value);
  }

  /** Nobody misses an empty box, an untouched one, or what was handed in anyhow. */
  worth(text) {
    return text.trim() !== '' && ![this.saved, this.area.dataset.starter, this.getAttribute('handed')].includes(text);
  }

  /** This text is safe: it need not be offered any more. */
  settle(text) {
    if (store.get(this.spare)?.text === text) {
      store.drop(this.spare);
      this.choice.replaceChildren();
    }
    store.set(this.key, {text, at: Date.now(), saved: true});
  }

  offer(other) {
    const restore = () => {
      store.drop(this.spare);
      this.choice.replaceChildren();
      this.area.value = other.text;
      this.area.dispatchEvent(new CustomEvent('answer:set'));
      this.area.dispatchEvent(new Event('input', {bubbles: true}));
    };
    const discard = () => { store.drop(this.spare); this.choice.replaceChildren(); };
    this.ask(`This browser kept another text, from ${clock.format(other.at)}.`, ['Restore it', restore], ['Discard it', discard]);
  }

  say(text) { this.note.textContent = text; }

  ask(text, ...choices) {
    this.choice.replaceChildren(text, ...choices.flatMap(([label, act]) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = label;
      button.addEventListener('click', act);
      return [' ', button];
    }));
  }

  typed() {
    this.here = store.set(this.key, {text: this.area.value, at: Date.now(), saved: false});
    this.gone = false;
    if (this.stopped) return; // another window's draft waits for a decision
    this.wait = pause;
    this.later();
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), this.wait);
  }

  /** Tells the server, one request at a time. */
  async save() {
    clearTimeout(this.timer);
    if (this.stopped || !this.dirty) return;
    if (this.saving) { await this.saving; return this.save(); }
    this.saving = this.put(this.area.value);
    try { await this.saving; } finally { this.saving = null; }
  }

  async put(text) {
    let reply;
    try {
      reply = await fetch(this.url, this.request(text));
    } catch {
      return this.again();
    }
    if (reply.ok) this.arrived(text, reply);
    else if (reply.status === 409) await this.crossed(reply);
    else if (reply.status >= 500 || reply.status === 429) this.again();
    else this.say(`${reply.status === 413 ? 'Too long to be saved' : `Not saved (${reply.status})`}; ${this.place()}`);
  }

  request(text, base = this.version) {
    this.mine(text);
    const body = JSON.stringify({answer: text, base});
    // `keepalive` lets it finish after the page is gone; browsers allow that for 64 KiB
    return {method: 'PUT', headers: {'Content-Type': 'application/json', Accept: 'application/json'}, body, keepalive: body.length < 60_000};
  }

  place() { return this.here ? 'kept in this browser.' : 'this browser keeps nothing: copy your text.'; }

  arrived(text, reply, now = version(reply)) {
    this.version = now ?? this.version;
    this.saved = text;
    this.wait = pause;
    if (this.dirty) return this.later();
    this.settle(text);
    this.say(`Draft saved ${clock.format(new Date())}`);
  }

  again() {
    this.wait = Math.min(this.wait * 2, longest);
    this.later();
    const kept = this.here ? 'Kept in this browser' : 'Not saved yet';
    this.say(`${kept}; will be saved when the connection is back.`);
  }

  /** The server has a newer draft. One of our own, whose reply never came, is built upon; else the reader decides. */
  async crossed(reply) {
    const theirs = await reply.json().catch(() => ({}));
    if (theirs.answer === this.area.value) return this.arrived(theirs.answer, reply, theirs.version);
    if (this.own.has(theirs.answer)) {
      this.version = theirs.version;
      return this.later();
    }
    this.stopped = true;
    const keep = () => {
      Object.assign(this, {version: theirs.version ?? null, stopped: false}); // null overwrites, which is what was asked for
      this.choice.replaceChildren();
      this.save();
    };
    const other = () => {
      store.set(this.spare, {text: this.area.value, at: Date.now()});
      store.drop(this.key);
      location.reload();
    };
    this.say(this.here ? 'Kept in this browser.' : '');
    this.ask('Another window has saved a different draft.', ['Keep this one', keep], ['Show the other', other]);
  }

  /** The answer was handed in, so it is safe. The draft's version on the server is still the same. */
  sent({text}) {
    clearTimeout(this.timer);
    this.saved = text;
    this.mine(text);
    if (this.dirty) return this.later();
    this.settle(text);
    this.say(`Handed in ${clock.format(new Date())}`);
  }

  /** The form itself takes the text to the server. A draft that came after it would be kept as if nothing had been sent. */
  leave() {
    clearTimeout(this.timer);
    this.gone = true;
  }

  /** The page goes away: one last try that outlives it. The copy in this browser stays until the server has said yes. */
  flush() {
    if (!this.dirty || this.stopped || this.gone) return;
    const text = this.area.value;
    const base = this.saving ? this.version + 1 : this.version; // what is on its way will have made the next one
    fetch(this.url, this.request(text, base)).then(reply => reply.ok && this.arrived(text, reply), () => {});
  }
}

customElements.define('draft-line', DraftLine);

addEventListener('pagehide', () => lines.forEach(line => line.flush()));
addEventListener('pageshow', () => lines.forEach(line => { line.gone = false; })); // came back to this page
addEventListener('online', () => lines.forEach(line => line.save()));

document.addEventListener('submit', event => {
  if (event.defaultPrevented || event.submitter?.value === 'preview') return; // sent by a script, or not for keeping
  lines.forEach(line => { if (line.area.form === event.target) line.leave(); });
});

// A link is followed once the draft is saved, so that the next page shows it.
document.addEventListener('click', async event => {
  const link = event.target.closest?.('a[href]');
  const plain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  const dirty = [...lines].filter(line => line.dirty && !line.stopped);
  if (!link || !plain || event.defaultPrevented || link.target || !dirty.length) return;
  if (link.origin !== location.origin || (link.hash && link.pathname === location.pathname)) return;
  event.preventDefault();
  const enough = new Promise(done => setTimeout(done, 700));
  await Promise.race([Promise.all(dirty.map(line => line.save())), enough]);
  location.assign(link.href);
});
