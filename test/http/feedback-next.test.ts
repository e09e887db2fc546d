import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { assertNothingStored, assertProblem } from '../support/checks.ts';
import { feedbackClient, formData } from '../support/feedback-client.ts';
import { rawRequest } from '../support/raw-request.ts';
import { jpeg } from '../support/samples.ts';
import { type Inlet, startInlet } from '../support/start-inlet.ts';

const shop = 'https://shop.example';

describe('where a plain form continues', () => {
  let inlet: Inlet;
  let client: ReturnType<typeof feedbackClient>;
  before(async () => {
    inlet = await startInlet({ INLET_ALLOWED_ORIGINS: `${shop},http://localhost:8080` });
    client = feedbackClient(inlet);
  });
  after(() => inlet.stop());

  /** `{id}` in `location` stands for the id of the receipt. */
  const allowed: [next: string, location: string][] = [
    ['/thanks.html', '/thanks.html?receipt={id}'],
    ['thanks', '/thanks?receipt={id}'],
    ['/thanks?lang=de&receipt=x#top', '/thanks?lang=de&receipt={id}#top'],
    ['/\u00fcber uns', '/%C3%BCber%20uns?receipt={id}'],
    [`${shop}/done`, `${shop}/done?receipt={id}`],
    ['http://localhost:8080', 'http://localhost:8080/?receipt={id}'],
  ];
  for (const [next, location] of allowed) {
    it(`continues at ${next} with the receipt`, async () => {
      const answer = await client.sendForm([
        ['message', 'Hi'],
        ['_next', next],
      ]);
      assert.equal(answer.status, 303, await answer.text());
      const [newest] = (await client.list({ limit: '1' })).items;
      assert.equal(answer.headers.get('location'), location.replace('{id}', newest?.id ?? ''));
      assert.deepEqual(newest?.fields, {}, 'it is no field');
    });
  }

  const refused = [
    'https://evil.example/',
    'http://shop.example/',
    'https://shop.example:444/',
    'https://shop.example.evil.example/',
    '//evil.example',
    '\\\\evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '/.//evil.example',
    '/x/..//evil.example',
    './/evil.example/..//evil.example',
    'https://shop.example@evil.example/',
    'https://someone:secret@shop.example/',
    'https:evil.example',
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)//https://shop.example',
    'data:text/html,<script>alert(1)</script>',
    'blob:https://shop.example/1',
    'ftp://shop.example/',
    'http://[::1',
    'https://shop.example\u3002evil.example/',
  ];
  for (const next of refused) {
    it(`refuses ${JSON.stringify(next)}, and keeps neither the feedback nor its attachment`, async () => {
      const before = (await client.all()).length;
      const form = formData([['message', 'Hi']], [['a.jpg', jpeg()]]);
      form.append('_next', next);
      await assertProblem(inlet, await client.post(form), 'POST /v1/feedback', 'next_not_allowed');
      assert.equal((await client.all()).length, before);
      await assertNothingStored(inlet);
    });
  }

  it('refuses to continue at this host where it lies behind two slashes', async () => {
    const next = `${inlet.url}//evil.example`;
    const answer = await client.sendForm([
      ['message', 'Hi'],
      ['_next', next],
    ]);
    await assertProblem(inlet, answer, 'POST /v1/feedback', 'next_not_allowed');
  });

  it('does not break over a Host header that is no host', async () => {
    const body = 'message=Hi&_next=/thanks';
    const answer = await rawRequest(
      inlet.port,
      `POST /v1/feedback HTTP/1.1\r\nHost: a b\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    await assertProblem(inlet, answer, 'POST /v1/feedback', 'next_not_allowed');
  });

  it('is a form’s business: in JSON it is an unknown member', async () => {
    const answer = await client.sendJson({ message: 'Hi', _next: '/thanks' });
    const problem = await assertProblem(inlet, answer, 'POST /v1/feedback', 'validation_failed');
    assert.equal(problem.errors?.[0]?.pointer, '/_next');
  });
});
