// The editor of questions: while one types, the server looks at the text and says what is wrong in which line, the
// question is shown as a student sees it, and the draft is kept. Each of these is a form that also works by its button.
// Needs a browser that can put HTML in place safely (`setHTML`); others keep the draft and press “Look at it”.

const able = 'setHTML' in Element.prototype;
const soon = 350; // ms after the last key: look at it
const later = 1500; // and keep it

const root = document.querySelector('.authoring');
const form = root.querySelector('form.text');
const {text: area, chapter, version, base} = form.elements;
const live = document.getElementById('live_');
const saved = document.getElementById('saved_');
const heard = document.createElement('p');
let looking, keeping, asked, kept = form.elements.text.value, stopped = false;

heard.className = 'unseen';
heard.setAttribute('role', 'status');
root.append(heard);

function parse(html) {
  const box = document.createElement('div');
  box.setHTML(html, {sanitizer: {removeElements: ['link', 'meta', 'title']}});
  return box;
}

function send(url, headers, signal) {
  const body = new FormData(form);
  body.set('text', area.value);
  body.set('slug', root.dataset.slug);
  return fetch(url, {method: 'POST', body, headers: {'Accept': 'text/html', ...headers}, signal});
}

async function look() {
  asked?.abort();
  asked = new AbortController();
  try {
    const reply = await send('/teach/edit/preview', {}, asked.signal);
    if (reply.ok) show(parse(await reply.text()));
    else saved.textContent = await refusal(reply);
  } catch (error) {
    if (error.name !== 'AbortError') saved.textContent = 'The program cannot be reached. Your text is still here.';
  }
}

/** The last good sight of the question stays while the text has faults. */
function show(fresh) {
  const faults = fresh.querySelector('.faults');
  const sight = fresh.querySelector('.sight');
  const old = live.querySelector('.sight');
  if (faults && !sight && old) {
    faults.querySelector('.stays').hidden = false;
    old.classList.add('stale');
    live.querySelector('.faults')?.remove();
    old.before(faults);
  } else {
    live.replaceChildren(...fresh.childNodes);
  }
  mark();
}

function mark() {
  const found = new Map();
  for (const fault of document.querySelectorAll('#live_ [data-line], .proof:not(.stale) [data-line]')) {
    const line = Number(fault.dataset.line);
    if (!found.has(line)) found.set(line, `← ${fault.querySelector('.message').textContent}`);
  }
  area.dispatchEvent(new CustomEvent('faults:set', {detail: found}));
  const says = found.size ? `Faults in ${found.size === 1 ? 'one line' : `${found.size} lines`}.` : 'No fault.';
  if (heard.textContent !== says) heard.textContent = says;
}

async function keep() {
  if (stopped || area.value === kept || !form.checkValidity()) return;
  const sent = area.value;
  try {
    const reply = await send(form.action, {'X-Fragment': 'draft'});
    if (reply.status === 204) {
      kept = sent;
      version.value = reply.headers.get('X-Draft-Version');
      base.value = reply.headers.get('X-Base');
      saved.textContent = `Draft saved ${new Intl.DateTimeFormat(undefined, {hour: '2-digit', minute: '2-digit'}).format(new Date())}`;
      if (root.dataset.fresh === 'yes') history.replaceState(null, '', `/teach/edit/${root.dataset.slug}`);
      root.dataset.fresh = 'no';
    } else if (reply.status === 409) {
      stopped = true; // whoever typed elsewhere is not overwritten: the button shows both texts
      saved.textContent = 'This draft was changed elsewhere. “Look at it” shows you both texts.';
    } else {
      saved.textContent = await refusal(reply);
    }
  } catch {
    saved.textContent = 'Not saved: the program cannot be reached. Your text is still here.';
  }
}

async function refusal(reply) {
  const html = await reply.text();
  return (able && parse(html).querySelector('.lead')?.textContent.trim()) || `It was not taken (${reply.status}).`;
}

/** A proof takes seconds: the editor stays, and what came of it is put above the sight. */
async function prove(button) {
  button.disabled = true;
  saved.textContent = 'Proving…';
  try {
    const reply = await send(button.formAction, {});
    const page = parse(await reply.text());
    if (!reply.ok) { saved.textContent = page.querySelector('.lead')?.textContent.trim() ?? `It was not proved (${reply.status}).`; return; }
    for (const name of ['version', 'base', 'filed']) form.elements[name].value = page.querySelector(`form.text [name=${name}]`).value;
    kept = page.querySelector('textarea[name=text]').value;
    document.getElementById('proof_')?.remove();
    const proof = page.querySelector('.proof');
    if (proof) live.before(proof);
    await look();
    saved.textContent = proof ? 'Draft saved; it was proved.' : 'Draft saved; mend its faults first.';
    proof?.querySelector('h2').scrollIntoView({block: 'nearest'});
  } catch {
    saved.textContent = 'The program could not be reached. Your text is still here.';
  } finally {
    button.disabled = false;
  }
}

area.addEventListener('input', () => {
  const proof = document.querySelector('.proof:not(.stale)');
  proof?.classList.add('stale');
  proof?.querySelectorAll('.stays').forEach(says => { says.hidden = false; });
  clearTimeout(looking);
  clearTimeout(keeping);
  if (able) looking = setTimeout(look, soon);
  keeping = setTimeout(keep, later);
});
chapter.addEventListener('change', () => able && look());
area.addEventListener('answer:submit', () => form.requestSubmit());
document.addEventListener('visibilitychange', () => document.hidden && keep());
form.addEventListener('submit', event => {
  clearTimeout(keeping);
  if (able && event.submitter?.formAction.endsWith('/prove')) { event.preventDefault(); prove(event.submitter); }
});
root.addEventListener('click', event => {
  const link = event.target.closest('a.to-line');
  if (!link) return;
  event.preventDefault();
  const {line, column} = link.closest('[data-line]').dataset;
  area.dispatchEvent(new CustomEvent('line:go', {detail: {line: Number(line), column: Number(column)}}));
});
if (able) look();
else mark();
