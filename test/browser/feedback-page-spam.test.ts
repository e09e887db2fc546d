import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { type InletProcess, startInlet } from './inlet-process.ts';
import { openChromium } from './open-chromium.ts';
import { awaitMessage, messagesIn } from './outbox-folder.ts';
import { type Visit, visit } from './visit.ts';

const form = '/v1/feedback/form*';

describe('the feedback page, judged', () => {
  let browser: Browser;
  let inlet: InletProcess;
  before(async () => {
    browser = await openChromium();
    inlet = await startInlet({
      INLET_SPAM_CHECKS: 'on',
      INLET_FORM_MIN_SECONDS: '1',
      INLET_FEEDBACK_PER_MINUTE: '0',
    });
  });
  after(async () => {
    await browser?.close();
    await inlet?.close();
  });

  /** What was sent is in the outbox, so it is not held. */
  const assertPassed = async (id: string) => assert.equal((await awaitMessage(inlet.dataDir, id)).id, id);
  /** What is told of comes in order: by the time that later feedback is there, this would be too. */
  async function assertHeld(t: Parameters<typeof visit>[0], id: string) {
    const later = await visit(t, browser, inlet.url);
    await later.message.fill('Later.');
    await later.button('Send feedback').click();
    await assertPassed(await later.receipt());
    const told = messagesIn(inlet.dataDir).map((message) => message.id);
    assert.equal(told.includes(id), false);
  }
  /** The fields of what the page sends. */
  function watchSent({ page }: Visit) {
    const sent: string[][] = [];
    page.on('request', (request) => {
      if (request.method() !== 'POST') return;
      const names = [...(request.postData() ?? '').matchAll(/name="([^"]+)"/g)];
      sent.push(names.map(([, name = '']) => name));
    });
    return sent;
  }

  it('sends what is not held, though it is sent at once: the page waits and says so', async (t) => {
    const visitor = await visit(t, browser, inlet.url);
    const sent = watchSent(visitor);
    await visitor.message.fill('Typed by a person.');
    await visitor.button('Send feedback').click();
    await visitor.page.getByText('Checking…').waitFor();
    await assertPassed(await visitor.receipt());
    assert.deepEqual(sent, [['form', 'page', 'message', '_token', '_pow']]);
    assert.deepEqual(visitor.complaints, []);
  });

  it('sends a second time with a token and a solution of its own', async (t) => {
    const visitor = await visit(t, browser, inlet.url);
    for (const text of ['One.', 'And another one.']) {
      await visitor.message.fill(text);
      await visitor.button('Send feedback').click();
      await assertPassed(await visitor.receipt());
      await visitor.button('Send something else').click();
    }
  });

  it('sends the same solution when it tries again, and another one for another message', async (t) => {
    const visitor = await visit(t, browser, inlet.url);
    let fate: 'lose the answer' | 'pass' = 'lose the answer';
    const solutions: string[] = [];
    await visitor.page.route('**/v1/feedback', async (route) => {
      const data = route.request().postData() ?? '';
      solutions.push(/name="_pow"\r\n\r\n([^\r]+)/.exec(data)?.[1] ?? '');
      if (fate === 'pass') return route.continue();
      await route.fetch();
      await route.abort();
    });
    await visitor.message.fill('The answer gets lost.');
    await visitor.button('Send feedback').click();
    await visitor.page.getByRole('alert').filter({ hasText: 'The connection was lost.' }).waitFor();
    fate = 'pass';
    await visitor.button('Try again').click();
    await assertPassed(await visitor.receipt());
    assert.equal(solutions.length, 2);
    assert.ok(solutions[0]);
    assert.equal(solutions[0], solutions[1]);

    fate = 'lose the answer';
    await visitor.button('Send something else').click();
    await visitor.message.fill('The answer gets lost again.');
    await visitor.button('Send feedback').click();
    await visitor.page.getByRole('alert').filter({ hasText: 'The connection was lost.' }).waitFor();
    fate = 'pass';
    await visitor.message.fill('Said in other words.');
    await visitor.button('Try again').click();
    await assertPassed(await visitor.receipt());
    assert.notEqual(solutions[2], solutions[3]);
  });

  it('is told thanks without JavaScript, and held', async (t) => {
    const visitor = await visit(t, browser, inlet.url, { javaScriptEnabled: false });
    await visitor.message.fill('Sent without a script.');
    await visitor.button('Send feedback').click();
    await visitor.page.waitForURL(/\/thanks\.html\?receipt=/);
    await assertHeld(t, new URL(visitor.page.url()).searchParams.get('receipt') ?? '');
  });

  it('is held if something fills in the field that nobody sees', async (t) => {
    const visitor = await visit(t, browser, inlet.url);
    await visitor.message.fill('Buy now.');
    await visitor.page.evaluate("document.querySelector('[name=website]').value = 'https://spam.example'");
    await visitor.button('Send feedback').click();
    await assertHeld(t, await visitor.receipt());
  });

  it('keeps that field out of sight, out of the order of the keyboard and from screen readers', async (t) => {
    for (const viewport of [
      { width: 320, height: 640 },
      { width: 1280, height: 900 },
    ]) {
      const visitor = await visit(t, browser, inlet.url, { viewport });
      const field = visitor.page.locator('[name=website]');
      const box = await field.boundingBox();
      assert.ok(box && box.x + box.width < 0, JSON.stringify(box));
      assert.equal(await field.getAttribute('tabindex'), '-1');
      assert.equal(await visitor.page.getByRole('textbox', { name: /empty/ }).count(), 0);
      for (const dir of ['ltr', 'rtl']) {
        await visitor.page.evaluate(`document.documentElement.dir = '${dir}'`);
        assert.equal(
          await visitor.page.evaluate('document.documentElement.scrollWidth'),
          viewport.width,
          dir,
        );
      }
    }
  });

  const troubles: [string, (visitor: Visit) => Promise<unknown>, string[]][] = [
    [
      'the API does not open the form',
      ({ page }) => page.route(`**${form}`, (route) => route.fulfill({ status: 503, body: '{}' })),
      ['form', 'page', 'message'],
    ],
    [
      'the connection breaks while the form is opened',
      ({ page }) => page.route(`**${form}`, (route) => route.abort()),
      ['form', 'page', 'message'],
    ],
    [
      'the API opens the form with nonsense',
      ({ page }) => page.route(`**${form}`, (route) => route.fulfill({ status: 200, body: '{"token":"x"}' })),
      ['form', 'page', 'message', '_token'],
    ],
    [
      'the worker is not there',
      ({ page }) => page.route('**/proof-of-work.js', (route) => route.fulfill({ status: 404 })),
      ['form', 'page', 'message', '_token'],
    ],
  ];
  for (const [what, break_, fields] of troubles) {
    it(`sends all the same when ${what}, and is held`, async (t) => {
      const visitor = await visit(t, browser, 'about:blank');
      await break_(visitor);
      await visitor.page.goto(inlet.url);
      const sent = watchSent(visitor);
      await visitor.message.fill(`Sent though ${what}.`);
      await visitor.button('Send feedback').click();
      await assertHeld(t, await visitor.receipt());
      assert.deepEqual(sent, [fields]);
    });
  }

  it('sends all the same where the browser knows no workers', async (t) => {
    const visitor = await visit(t, browser, 'about:blank');
    await visitor.page.addInitScript('delete globalThis.Worker;');
    await visitor.page.goto(inlet.url);
    await visitor.message.fill('From an old browser.');
    await visitor.button('Send feedback').click();
    await assertHeld(t, await visitor.receipt());
  });

  it('solves where the page is on plain HTTP, which has no crypto.subtle', async (t) => {
    const visitor = await visit(t, browser, 'about:blank');
    await visitor.page.addInitScript(
      "Object.defineProperty(Crypto.prototype, 'subtle', { get: () => undefined });",
    );
    await visitor.page.goto(inlet.url);
    await visitor.message.fill('From a page on plain HTTP.');
    await visitor.button('Send feedback').click();
    await assertPassed(await visitor.receipt());
  });

  it('stops when the visitor cancels while it checks, and sends when they try again', async (t) => {
    const visitor = await visit(t, browser, 'about:blank');
    const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
    await visitor.page.route(`**${form}`, async (route) => {
      await held;
      await route.continue();
    });
    await visitor.page.goto(inlet.url);
    const sent = watchSent(visitor);
    await visitor.message.fill('Wait.');
    await visitor.button('Send feedback').click();
    await visitor.page.getByText('Checking…').waitFor();
    await visitor.button('Cancel').click();
    await visitor.page.getByRole('alert').filter({ hasText: 'Sending was cancelled.' }).waitFor();
    assert.deepEqual(sent, []);
    letGo();
    await visitor.button('Try again').click();
    await assertPassed(await visitor.receipt());
  });

  it('opens the form when the visitor turns to it, not before', async (t) => {
    const visitor = await visit(t, browser, 'about:blank');
    const asked: string[] = [];
    visitor.page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await visitor.page.goto(inlet.url, { waitUntil: 'networkidle' });
    assert.equal(asked.includes('/v1/feedback/form'), false);
    const opened = visitor.page.waitForResponse(`**${form}`);
    await visitor.message.focus();
    await opened;
    const cookies = await visitor.page.context().cookies();
    assert.deepEqual(cookies, []);
  });

  it('opens the form anew once the token is nearly too old', async (t) => {
    const visitor = await visit(t, browser, 'about:blank');
    const tokens: string[] = [];
    await visitor.page.route(`**${form}`, async (route) => {
      const response = await route.fetch();
      const ticket = await response.json();
      tokens.push(ticket.token);
      await route.fulfill({ response, json: { ...ticket, maxSeconds: tokens.length === 1 ? 0 : 60 } });
    });
    await visitor.page.goto(inlet.url);
    const opened = visitor.page.waitForResponse(`**${form}`);
    await visitor.message.fill('Left open over lunch.');
    await opened;
    await visitor.button('Send feedback').click();
    await assertPassed(await visitor.receipt());
    assert.ok(tokens.length >= 2);
  });
});
