// <order-list> and <line-puzzle>: the buttons move their line at once instead of loading the page, lines can be dragged
// too, and the hidden text box (and with it the draft) follows. Where a line has come to is said aloud.

class MovingLines extends HTMLElement {
  connectedCallback() {
    if (this.area) return;
    this.area = this.querySelector('[data-draft]');
    this.lists = [...this.querySelectorAll('ol, ul')];
    this.voice = Object.assign(document.createElement('p'), {className: 'unseen'});
    this.voice.setAttribute('role', 'status');
    this.append(this.voice);
    this.addEventListener('click', event => {
      const button = event.target.closest('button[name=move]');
      if (!button) return;
      event.preventDefault();
      this.press(button);
    });
    this.area.addEventListener('answer:set', () => this.show());
    this.drag();
  }

  press(button) {
    const line = button.closest('li');
    const what = button.value.split(':')[0];
    this.moves[what](line);
    this.changed();
    this.say(line);
    const again = line.querySelector(`button[value^="${what}:"]`);
    const shown = [again, ...line.querySelectorAll('button')].find(one => one.checkVisibility());
    shown?.focus();
    line.scrollIntoView({block: 'nearest'});
  }

  up(line) { line.previousElementSibling?.before(line); }
  down(line) { line.nextElementSibling?.after(line); }

  changed() {
    this.area.value = JSON.stringify(this.answer());
    this.area.dispatchEvent(new Event('input', {bubbles: true}));
  }

  say(line) {
    const list = line.parentElement;
    this.voice.textContent = `${[...list.children].indexOf(line) + 1} of ${list.children.length}${this.about(line)}`;
  }

  about() { return ''; }

  value() { try { return JSON.parse(this.area.value); } catch { return []; } }

  line(id) { return this.querySelector(`li[data-id="${CSS.escape(id)}"]`); }

  drag() {
    for (const line of this.querySelectorAll('li')) line.draggable = true;
    this.addEventListener('dragstart', event => {
      this.held = event.target.closest?.('li');
      event.dataTransfer.effectAllowed = 'move';
      this.held?.classList.add('held');
    });
    this.addEventListener('dragover', event => {
      const list = event.target.closest?.('ol, ul');
      if (!this.held || !this.lists.includes(list)) return;
      event.preventDefault();
      const over = event.target.closest('li');
      if (!over) list.append(this.held);
      else if (over !== this.held) {
        const box = over.getBoundingClientRect();
        over[event.clientY > box.top + box.height / 2 ? 'after' : 'before'](this.held);
      }
    });
    this.addEventListener('dragend', () => {
      if (!this.held) return;
      this.held.classList.remove('held');
      this.held = null;
      this.changed();
    });
  }
}

class OrderList extends MovingLines {
  moves = {up: line => this.up(line), down: line => this.down(line)};
  answer() { return [...this.lists[0].children].map(line => line.dataset.id); }
  show() { for (const id of this.value()) { const line = this.line(id); if (line) this.lists[0].append(line); } }
}

class LinePuzzle extends MovingLines {
  moves = {
    up: line => this.up(line),
    down: line => this.down(line),
    use: line => { line.dataset.indent = this.lists[0].lastElementChild?.dataset.indent ?? '0'; this.lists[0].append(line); },
    drop: line => { line.dataset.indent = '0'; this.lists[1].append(line); },
    in: line => { line.dataset.indent = String(Math.min(Number(line.dataset.indent) + 1, 8)); },
    out: line => { line.dataset.indent = String(Math.max(Number(line.dataset.indent) - 1, 0)); },
  };

  answer() { return [...this.lists[0].children].map(line => [line.dataset.id, Number(line.dataset.indent)]); }

  about(line) {
    return line.parentElement === this.lists[0] ? ` in your program, indented ${line.dataset.indent} steps` : ', not used';
  }

  show() {
    this.lists[1].append(...this.lists[0].children);
    for (const [id, indent] of this.value()) {
      const line = this.line(id);
      if (!line) continue;
      line.dataset.indent = String(indent);
      this.lists[0].append(line);
    }
  }
}

customElements.define('order-list', OrderList);
customElements.define('line-puzzle', LinePuzzle);
