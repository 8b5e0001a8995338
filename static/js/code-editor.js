// <code-editor src="…/editor.js"><textarea>: a code editor over the textarea, fetched and mounted when the textarea is
// first focused. The textarea stays the one place where the answer is: the form sends it, the draft reads it, and a
// remembered switch goes back to it. Events on the textarea: `input` out; `answer:set`, `answer:graded`, `faults:set` (a
// map from lines to what is said behind them) and `line:go` in. Attributes: `language`; `eager` does not wait for the focus.

const key = 'selfgrad:plain-text-box';
const help = 'Tab moves on. Once you have typed or clicked in the editor it indents; Escape, then Tab leaves.';
const passing = new Set(['Tab', 'Shift', 'Control', 'Alt', 'Meta', 'Escape']);

function remembered() {
  try { return localStorage.getItem(key) === 'yes'; } catch { return false; }
}

class CodeEditor extends HTMLElement {
  connectedCallback() {
    if (this.area) return;
    this.area = this.querySelector('textarea');
    if (this.area.matches(':disabled')) return; // only to be looked at
    this.fault = Number(this.getAttribute('line')) || null;
    this.says = document.createElement('span');
    this.says.setAttribute('role', 'status');
    this.switch = document.createElement('button');
    Object.assign(this.switch, {type: 'button', className: 'plain-switch'});
    this.switch.addEventListener('click', () => this.swap());
    const line = document.createElement('p');
    line.className = 'editor-line quiet';
    line.append(this.says, this.switch);
    this.append(line);
    this.plain = remembered();
    this.area.addEventListener('pointerdown', () => { this.used = true; });
    this.area.addEventListener('keydown', event => { this.used ||= !passing.has(event.key); });
    this.area.addEventListener('input', () => { this.used = true; });
    this.area.addEventListener('blur', () => { this.used = false; });
    this.area.addEventListener('focus', () => this.plain || this.open());
    this.area.addEventListener('answer:set', () => this.editor && (this.editor.text = this.area.value));
    this.area.addEventListener('answer:graded', event => this.mark(event.detail.line));
    this.area.addEventListener('faults:set', event => this.markAll(event.detail));
    this.area.addEventListener('line:go', event => this.go(event.detail));
    this.area.labels[0]?.addEventListener('click', () => this.editor?.focus());
    this.name();
    if (this.hasAttribute('eager') && !this.plain) this.open();
  }

  name() {
    this.switch.textContent = this.plain ? 'Use the code editor' : 'Use a plain text box';
  }

  async open() {
    if (this.editor || this.opening) return;
    this.opening = true;
    try {
      const {mount} = await import(this.getAttribute('src'));
      if (!this.plain) this.mount(mount);
    } catch {
      // Not to be had now: the textarea does the same work, and the next focus tries again.
    } finally {
      this.opening = false;
    }
  }

  mount(mount) {
    const focused = document.activeElement === this.area;
    this.host = document.createElement('div');
    this.area.before(this.host);
    this.editor = mount({
      root: this.host.attachShadow({mode: 'open'}),
      text: this.area.value,
      language: this.getAttribute('language') ?? 'python',
      label: this.area.labels[0]?.textContent ?? 'Your answer',
      describedBy: help,
      changed: text => {
        this.area.value = text;
        this.area.dispatchEvent(new Event('input', {bubbles: true}));
      },
      submit: () => this.area.dispatchEvent(new CustomEvent('answer:submit', {bubbles: true})),
      left: () => { this.says.textContent = 'Tab now leaves the editor.'; },
    });
    this.host.addEventListener('focusin', () => { this.says.textContent = help; });
    const {selectionStart, selectionEnd, selectionDirection} = this.area;
    const range = selectionDirection === 'backward' ? [selectionEnd, selectionStart] : [selectionStart, selectionEnd];
    const used = this.used; // hiding the textarea takes its focus away
    this.area.hidden = true;
    if (this.faults) this.markAll(this.faults);
    else this.mark(this.fault);
    if (focused) this.editor.focus(...range, used);
    else this.says.textContent = help;
  }

  mark(line) {
    this.fault = line || null;
    this.editor?.mark(this.fault);
  }

  markAll(faults) {
    this.faults = faults;
    this.editor?.markAll(faults);
  }

  go({line, column = 1}) {
    if (this.editor) return this.editor.go(line, column);
    const before = this.area.value.split('\n').slice(0, line - 1);
    const start = before.reduce((sum, text) => sum + text.length + 1, 0) + column - 1;
    this.area.focus();
    this.area.setSelectionRange(start, start);
    this.area.scrollTop = Math.max(0, line - 4) * parseFloat(getComputedStyle(this.area).lineHeight);
  }

  swap() {
    this.plain = !this.plain;
    try { localStorage.setItem(key, this.plain ? 'yes' : 'no'); } catch { /* it lasts as long as the page */ }
    this.name();
    if (this.plain) {
      this.editor?.destroy();
      this.host?.remove();
      this.editor = this.host = null;
      this.area.hidden = false;
      this.says.textContent = '';
    }
    this.area.focus();
  }
}

customElements.define('code-editor', CodeEditor);
