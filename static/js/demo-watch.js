// The demo's requests: starting a run, watching it, and telling plainly what goes wrong.
const API = '/api/v1/demo/runs';
const wait = ms => new Promise(done => setTimeout(done, ms));

export async function ask(path, body) {
  let reply;
  try {
    reply = await fetch(path, body === undefined ? {} :
      {method: 'POST', headers: {'Content-Type': 'application/json', Accept: 'application/json'}, body: JSON.stringify(body)});
  } catch {
    throw new Error('The server cannot be reached. Try again in a moment.');
  }
  if (reply.ok) return reply.status === 204 ? null : reply.json();
  const told = await reply.json().catch(() => ({}));
  throw Object.assign(new Error(told.detail ?? `The server answered ${reply.status}.`),
    {status: reply.status, after: Number(reply.headers.get('Retry-After') ?? 5)});
}

// Waits in front of a full queue, as long as `still` says so.
export async function order(settings, says, still) {
  for (;;) {
    try {
      return await ask(API, settings);
    } catch (error) {
      if (error.status !== 429) throw error;
      for (let left = error.after; left > 0; left -= 1) {
        says(`Others are training. Asking again in ${left} s.`);
        await wait(1000);
        if (!still()) return null;
      }
    }
  }
}

export const steer = (id, word) => ask(`${API}/${id}/${word}`, null);
export const standing = id => ask(`${API}/${id}`);
export const scriptOf = id => `${API}/${id}/script`;

// `told(name, data)` for each event; `says(text)` while there is none. Resolves at the end of the run.
export function watch(id, told, says) {
  return new Promise(done => {
    const source = new EventSource(`${API}/${id}/events`);
    let begun = false;
    const end = () => { source.close(); done(); };
    for (const name of ['start', 'frame', 'epoch', 'done', 'error']) {
      source.addEventListener(name, event => {
        if (event.data === undefined) { // the browser's own word for a line that broke
          if (source.readyState === EventSource.CLOSED) {
            says('This run is not there any more. Train again: the same seed gives the same run.');
            end();
          } else says('The line broke. Joining the run again…');
          return;
        }
        begun = true;
        told(name, JSON.parse(event.data));
        if (name === 'done' || name === 'error') end();
      });
    }
    (async () => {
      while (!begun && source.readyState !== EventSource.CLOSED) {
        const {ahead} = await standing(id).catch(() => ({ahead: 0}));
        if (!begun) says(ahead ? `Waiting: ${ahead} ${ahead === 1 ? 'run ends' : 'runs end'} before this one.` : 'The trainer is getting ready…');
        await wait(1000);
      }
    })();
  });
}
