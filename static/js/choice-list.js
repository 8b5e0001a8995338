// <choice-list>: keeps the hidden text box, and with it the draft, in step with what is chosen.
class ChoiceList extends HTMLElement {
  connectedCallback() {
    this.area = this.querySelector('[data-draft]');
    this.boxes = [...this.querySelectorAll('input[name=choice]')];
    this.addEventListener('change', () => {
      const chosen = this.boxes.filter(box => box.checked).map(box => box.value);
      this.area.value = this.hasAttribute('several') ? JSON.stringify(chosen) : chosen[0] ?? '';
      this.area.dispatchEvent(new Event('input', {bubbles: true}));
    });
    this.area.addEventListener('answer:set', () => this.show());
  }

  show() {
    let chosen = this.area.value;
    if (chosen.startsWith('[')) try { chosen = JSON.parse(chosen); } catch { chosen = []; }
    for (const box of this.boxes) box.checked = [].concat(chosen).includes(box.value);
  }
}

customElements.define('choice-list', ChoiceList);
