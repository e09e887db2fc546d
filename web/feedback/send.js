/**
 * How long nothing may move before the connection counts as lost, in milliseconds. Browsers themselves
 * wait for as long as the operating system does, which can be a quarter of an hour.
 */
const stallTime = 120_000;

/** Seconds from a `Retry-After` header, which is a number of seconds or a date (RFC 9110, 10.2.3). */
export function retrySeconds(header, now) {
  if (!header) return 0;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - now) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : 0;
}

function parse(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

/**
 * Posts the form. XMLHttpRequest, because `fetch` tells nothing about the progress of an upload.
 * Resolves with `{outcome}`: `answered` with `{status, body, retryAfter}`, `lost` or `cancelled`.
 * `onProgress` gets a share from 0 to 1.
 */
export function send({ url, data, idempotencyKey, onProgress, signal }) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    let stall;
    const finish = (result) => {
      clearTimeout(stall);
      resolve(result);
    };
    const moving = () => {
      clearTimeout(stall);
      stall = setTimeout(() => {
        finish({ outcome: 'lost' });
        request.abort();
      }, stallTime);
    };

    request.upload.onprogress = (event) => {
      moving();
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    };
    request.upload.onload = () => onProgress(1);
    request.onload = () =>
      finish({
        outcome: 'answered',
        status: request.status,
        body: parse(request.responseText),
        retryAfter: retrySeconds(request.getResponseHeader('Retry-After'), Date.now()),
      });
    request.onerror = () => finish({ outcome: 'lost' });
    request.onabort = () => finish({ outcome: 'cancelled' });
    signal.addEventListener('abort', () => request.abort(), { once: true });

    request.open('POST', url);
    request.setRequestHeader('Accept', 'application/json, application/problem+json');
    request.setRequestHeader('Idempotency-Key', idempotencyKey);
    moving();
    request.send(data);
  });
}

/** `crypto.randomUUID` is there on secure origins only; a site on plain HTTP gets the same 128 bits. */
export function createIdempotencyKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
