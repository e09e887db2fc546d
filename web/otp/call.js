import { retrySeconds } from '../feedback/send.js';

/** How long an answer may take, in milliseconds. */
const patience = 30_000;

/** The header has whole seconds, so that a clock which is about right is better than it. */
function timeOf(header, here) {
  return Math.abs(header - here) > 5000 ? header + 500 : here;
}

/**
 * Calls the API. Resolves with `{status, body, retryAfter, sentAt}`, or with undefined if no answer came. `sentAt`
 * is the time that the API's clock had, as far as the browser lets the page know it, in milliseconds: visitors'
 * clocks are often wrong, and times in answers are by the API's.
 */
export async function call(url, { method = 'POST', json } = {}) {
  try {
    const answer = await fetch(url, {
      method,
      headers: {
        Accept: 'application/json, application/problem+json',
        ...(json && { 'Content-Type': 'application/json' }),
      },
      body: json && JSON.stringify(json),
      signal: AbortSignal.timeout(patience),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      body: text ? JSON.parse(text) : {},
      retryAfter: retrySeconds(answer.headers.get('Retry-After'), Date.now()),
      sentAt: timeOf(Date.parse(answer.headers.get('Date')), Date.now()),
    };
  } catch {
    return undefined;
  }
}
