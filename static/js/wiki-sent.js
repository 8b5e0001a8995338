// What was sent from an edit form has arrived once the next page says what became of it: then this browser's own copy
// of the text has done its work, and is not offered again.
const marker = 'selfgrad:sent';

try {
  const sent = JSON.parse(sessionStorage.getItem(marker));
  if (sent && document.querySelector('.said, .refused, #clash')) {
    sessionStorage.removeItem(marker);
    const kept = JSON.parse(localStorage.getItem(sent.key));
    if (kept?.text === sent.text) localStorage.setItem(sent.key, JSON.stringify({...kept, saved: true}));
  }
} catch { /* nothing is kept here */ }

document.addEventListener('submit', event => {
  const url = event.target.querySelector('draft-line')?.getAttribute('url');
  if (!url || event.submitter?.value === 'preview') return;
  const text = event.target.elements.text.value;
  try {
    sessionStorage.setItem(marker, JSON.stringify({key: `selfgrad:draft:${url}`, text}));
  } catch { /* it will be offered once more, that is all */ }
});
