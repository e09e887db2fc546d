import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertProblem } from '../support/checks.ts';
import { feedbackClient, receiptOf } from '../support/feedback-client.ts';
import { plannedKey } from '../support/inlet-keys.ts';
import { startInlet } from '../support/start-inlet.ts';

const inlet = await startInlet({
  INLET_SPAM_CHECKS: 'on',
  INLET_FEEDBACK_PER_MINUTE: '2',
  INLET_TRUSTED_HOPS: '1',
});
after(() => inlet.stop());
const client = feedbackClient(inlet);
const call = 'POST /v1/feedback';
const send = (address: string, secret?: string) =>
  client.sendJson(
    { message: 'The clock in the hall is slow.' },
    { 'X-Forwarded-For': address, ...(secret && { 'X-Api-Key': secret }) },
  );
async function suspicionsOf(answer: Response) {
  return (await client.get((await receiptOf(answer)).id)).suspicions;
}

test('feedback with a key for it is trusted, and limited by its plan and not by its address', async () => {
  const { secret } = await plannedKey(inlet, { rate: 0.001, burst: 5 }, ['feedback:create']);
  for (let left = 4; left >= 0; left--) {
    const answer = await send('198.51.100.1', secret);
    assert.equal(answer.headers.get('ratelimit-limit'), '5');
    assert.equal(answer.headers.get('ratelimit-remaining'), String(left));
    assert.deepEqual(await suspicionsOf(answer), []);
  }
  await assertProblem(inlet, await send('198.51.100.1', secret), call, 'rate_limited');
  // None of it was counted against the address.
  const visitor = await send('198.51.100.1');
  assert.equal(visitor.headers.get('ratelimit-remaining'), '1');
  assert.notDeepEqual(await suspicionsOf(visitor), []);
});

test('a key without the scope, or whose plan does not allow it, makes nobody trusted: the address is limited', async () => {
  const lacking = await plannedKey(inlet, {}, ['feedback:read']);
  const capped = await plannedKey(inlet, { scopes: ['feedback:read'] }, ['feedback:create']);
  for (const secret of [lacking.secret, capped.secret]) {
    assert.notDeepEqual(await suspicionsOf(await send('198.51.100.2', secret)), []);
  }
  await assertProblem(inlet, await send('198.51.100.2', lacking.secret), call, 'rate_limited');
});

test('a key that is no good is refused, not taken for a visitor', async () => {
  await assertProblem(inlet, await send('198.51.100.3', 'nonsense'), call, 'unauthorized');
  const elsewhere = await plannedKey(inlet, { sources: ['192.0.2.0/24'] });
  await assertProblem(inlet, await send('198.51.100.3', elsewhere.secret), call, 'source_not_allowed');
});

test('the document says that a key may be sent, and need not', async () => {
  const document = (await (await inlet.fetch('/openapi.json')).json()) as {
    paths: Record<string, Record<string, { security: object[] }>>;
    components: { securitySchemes: Record<string, object> };
  };
  assert.deepEqual(document.paths['/v1/feedback']?.post?.security, [{}, { apiKey: [] }, { bearerAuth: [] }]);
  assert.deepEqual(document.paths['/v1/feedback']?.get?.security, [{ apiKey: [] }, { bearerAuth: [] }]);
  const { bearerAuth } = document.components.securitySchemes as Record<string, Record<string, string>>;
  assert.deepEqual(
    [bearerAuth?.type, bearerAuth?.scheme, bearerAuth?.bearerFormat],
    ['http', 'bearer', 'JWT'],
  );
});
