// A hint opens in place, so that nothing typed has to wait for a page. Without `setHTML` the link is simply followed.
if ('setHTML' in Element.prototype) {
  document.addEventListener('click', async event => {
    const link = event.target.closest?.('a.hint-link');
    if (!link || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    try {
      const reply = await fetch(link.href, {headers: {Accept: 'text/html'}});
      const box = document.createElement('div');
      box.setHTML(await reply.text(), {sanitizer: {removeElements: ['link', 'meta', 'answer-form', 'noscript']}});
      const hints = box.querySelector('#hints');
      document.getElementById('hints').replaceWith(hints);
      history.replaceState(history.state, '', link.href.split('#')[0]);
      (hints.querySelector('li:last-child') ?? hints.querySelector('a')).focus();
    } catch {
      location.assign(link.href);
    }
  }, {capture: true});
}
