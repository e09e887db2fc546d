/** How long the API may take to open the form, in milliseconds. */
const fetchTime = 10_000;
/** How long a visitor who wants to send is kept waiting by all this, in milliseconds. */
const patience = 30_000;
/** A form that could not be opened is not tried again at every click. */
const pauseAfterFailure = 10_000;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Resolves with the solution, or with undefined where workers or their modules are unknown. */
function solveInWorker(parameters) {
  return new Promise((resolve) => {
    let worker;
    const finish = (solution) => {
      worker?.terminate();
      resolve(solution);
    };
    try {
      worker = new Worker(new URL('./proof-of-work.js', import.meta.url), { type: 'module' });
      worker.onmessage = ({ data }) => finish(data);
      worker.onerror = () => finish();
      worker.postMessage(parameters);
    } catch {
      finish();
    }
  });
}

async function fetchTicket(url) {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), fetchTime);
  try {
    const answer = await fetch(url, { signal: controller.signal, credentials: 'omit', cache: 'no-store' });
    return answer.ok ? await answer.json() : undefined;
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

/** The address that opens the form, from the one that it is sent to. */
function openingAddress(address, form) {
  const url = new URL(address);
  url.pathname += '/form';
  url.search = new URLSearchParams(form ? { form } : {});
  return url.href;
}

/**
 * What shows the API that a person sends: a token that says when the form was opened, and a proof of work. Both are
 * got while the visitor types. Without them feedback is taken too, only looked at by a person first: so whatever
 * fails here, the visitor can send.
 */
export function createFormTicket({ address, form }) {
  let current;

  function open() {
    const ticket = { fields: {}, usedFor: undefined, failed: false, staleAt: Number.POSITIVE_INFINITY };
    async function prepare() {
      const answer = await fetchTicket(openingAddress(address(), form()));
      if (!answer?.token) {
        ticket.failed = true;
        ticket.staleAt = Date.now() + pauseAfterFailure;
        return;
      }
      const { token, pow: challenge, minSeconds, maxSeconds } = answer;
      ticket.fields = { _token: token };
      // A good while before it is too old, as it has to be sent yet. Never by `expiresAt`: clocks are wrong.
      ticket.staleAt = Date.now() + maxSeconds * 900;
      const [solution] = await Promise.all([solveInWorker(challenge.parameters), pause(minSeconds * 1000)]);
      if (solution) ticket.fields._pow = btoa(JSON.stringify({ challenge, solution }));
    }
    ticket.ready = prepare().catch(() => {});
    return ticket;
  }

  const isStale = () => !current || Date.now() >= current.staleAt;

  return {
    /** Begins, unless it has begun. Called when the visitor turns to the form. */
    prepare() {
      if (isStale()) current = open();
    },
    /**
     * The fields to send along, as far as they can be had; waits for them until `signal` aborts. What was used for
     * one idempotency key is good for that one only.
     */
    async take(key, signal) {
      if (isStale() || current.failed || (current.usedFor ?? key) !== key) current = open();
      const ticket = current;
      ticket.usedFor = key;
      const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      await Promise.race([ticket.ready, aborted, pause(patience)]);
      return { ...ticket.fields };
    },
    /** Forgets what was used up. */
    discard() {
      current = undefined;
    },
  };
}
