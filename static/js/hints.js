// A hint opens in place, so that nothing typed has to wait for a page. Without `setHTML` the form is sent as forms are.
if ('setHTML' in Element.prototype) {
  document.addEventListener('submit', async event => {
    const form = event.target.closest?.('.hint-form');
    if (!form) return;
    event.preventDefault();
    try {
      const reply = await fetch(form.action, {method: 'POST', headers: {Accept: 'text/html', 'X-Fragment': 'hints'}});
      if (!reply.ok) throw new Error(reply.status);
      const box = document.createElement('div');
      box.setHTML(await reply.text(), {sanitizer: {removeElements: ['link', 'meta']}}); // the form stays
      const hints = box.querySelector('#hints');
      document.getElementById('hints').replaceWith(hints);
      hints.querySelector('li:last-child')?.focus();
    } catch {
      form.submit();
    }
  });
}
