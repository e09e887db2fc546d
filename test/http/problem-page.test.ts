import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startInlet } from '../support/start-inlet.ts';

const inlet = await startInlet();
after(() => inlet.stop());

const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
const post = (body: URLSearchParams | FormData) =>
  inlet.fetch('/v1/feedback', { method: 'POST', body, headers: { Accept: browser }, redirect: 'manual' });

test('a browser gets a problem as a page that says what to do', async () => {
  const answer = await post(new URLSearchParams({ message: 'hi', rating: '9' }));
  assert.equal(answer.status, 422);
  assert.match(answer.headers.get('content-type') ?? '', /^text\/html; charset=utf-8/i);
  assert.match(answer.headers.get('vary') ?? '', /\bAccept\b/);
  const page = await answer.text();
  assert.match(page, /<li><strong>rating<\/strong>: /);
  assert.match(page, /422 validation_failed/);
  assert.ok(page.includes(answer.headers.get('x-request-id') ?? assert.fail()));
});

test('nothing that a visitor sent becomes part of the page', async () => {
  const hostile = '<img src=x onerror=alert(1)>"\'&amp;</strong>';
  const form = new FormData();
  form.set('message', 'hi');
  form.set(hostile, 'x'.repeat(2000));
  form.set('file', new File(['<?php echo 1;'], `${hostile}.jpg`));
  const urlencoded = new URLSearchParams({ message: 'hi', [hostile]: 'x'.repeat(2000), form: hostile });
  const pages = [
    await post(form),
    await post(urlencoded),
    await inlet.fetch(`/nope/${encodeURIComponent(hostile)}`, { headers: { Accept: browser } }),
    await inlet.fetch('/v1/uploads', {
      method: 'POST',
      body: new Uint8Array(Buffer.from('<?php echo 1;')),
      headers: {
        Accept: 'text/html, application/json;q=0.5',
        'Content-Disposition': `attachment; filename="${'<b>x.jpg'}"`,
      },
    }),
  ];
  for (const answer of pages) {
    assert.ok(answer.status >= 400 && answer.status < 500, String(answer.status));
    assert.match(answer.headers.get('content-type') ?? '', /^text\/html/);
    const page = await answer.text();
    assert.doesNotMatch(page, /<img|<b>|onerror=alert\(1\)>|"'/);
    assert.match(answer.headers.get('content-security-policy') ?? '', /default-src 'self'/);
  }
});

test('a script that takes anything gets JSON', async () => {
  for (const accept of ['*/*', 'application/json', 'application/problem+json', 'image/png']) {
    const answer = await inlet.fetch('/nope', { headers: { Accept: accept } });
    assert.equal(answer.headers.get('content-type'), 'application/problem+json', accept);
    assert.equal(((await answer.json()) as { code: string }).code, 'not_found');
  }
});
