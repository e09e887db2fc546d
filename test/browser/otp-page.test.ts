import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { codeInOutbox } from '../support/verify-address.ts';
import { type InletProcess, startInlet } from './inlet-process.ts';
import { openChromium } from './open-chromium.ts';
import { textOf, visit } from './visit.ts';

const wrongThan = (code: string) => code.replace(/\d$/, (last) => String((Number(last) + 1) % 10));

describe('the page that confirms an address', () => {
  let browser: Browser;
  let inlet: InletProcess;
  before(async () => {
    browser = await openChromium();
    inlet = await startInlet({
      INLET_SPAM_CHECKS: 'off',
      INLET_VERIFIED_FORMS: 'feedback',
      INLET_OTP_CLIENT_PER_HOUR: '1000',
    });
  });
  after(async () => {
    await browser?.close();
    await inlet?.close();
  });

  async function open(t: TestContext, options: BrowserContextOptions = {}) {
    const visitor = await visit(t, browser, `${inlet.url}/otp.html`, options);
    const { page } = visitor;
    const code = page.getByLabel('Code', { exact: true });
    const error = page.locator('#code-error');
    const resend = page.locator('[data-part="resend"]');
    /** Does what makes the page ask for a code, and reads the code that was sent. */
    async function codeAfter(action: () => Promise<void>): Promise<string> {
      const asked = page.waitForResponse(
        (answer) => answer.url().endsWith('/v1/otp') && answer.status() === 202,
      );
      await action();
      const { id } = (await (await asked).json()) as { id: string };
      return codeInOutbox(inlet.dataDir, id);
    }
    async function codeFor(address: string): Promise<string> {
      await page.getByLabel('E-mail address').fill(address);
      return codeAfter(() => visitor.button('Send the code').click());
    }
    return { ...visitor, code, error, resend, codeAfter, codeFor };
  }

  it('takes the code from the mailbox, and the form sends the proof once', async (t) => {
    const { page, codeFor, code, button, message, receipt, focus, complaints } = await open(t);
    const right = await codeFor('anna@example.org');
    assert.match(right, /^\d{8}$/);
    await page.getByText(/We sent a code to a…\u2060@example\.org\./).waitFor();
    assert.ok(!(await page.locator('#otp').innerText()).includes('anna'), 'the address is masked');
    assert.equal(await focus.getAttribute('id'), 'code');
    await code.fill(right);
    await button('Confirm').click();
    await page.getByRole('heading', { name: 'Confirmed' }).waitFor();
    assert.equal(await textOf(focus), 'Confirmed');

    await page.getByRole('link', { name: 'Continue to the form' }).click();
    await page.locator('form.enhanced').waitFor();
    assert.equal(await page.getByLabel('E-mail').inputValue(), 'anna@example.org');
    await message.fill('It is really me.');
    await button('Send feedback').click();
    await receipt();
    await button('Send something else').click();
    await message.fill('Me again.');
    await button('Send feedback').click();
    await page.getByRole('alert').filter({ hasText: 'Please confirm your address first.' }).waitFor();
    assert.deepEqual(complaints, []);
  });

  it('takes a code by text message, and reads blanks and hyphens over', async (t) => {
    const { page, codeAfter, code, button } = await open(t);
    await page.getByLabel('Text message').check();
    await page.getByLabel('Mobile number').fill('+49 151 23456789');
    const right = await codeAfter(() => button('Send the code').click());
    assert.match(right, /^\d{6}$/);
    await page.getByText(/We sent a code to \+49…89\./).waitFor();
    await code.fill(`${right.slice(0, 3)} - ${right.slice(3)}`);
    await button('Confirm').click();
    await page.getByRole('heading', { name: 'Confirmed' }).waitFor();
  });

  it('is a field that phones and browsers fill in', async (t) => {
    const { codeFor, code, focus } = await open(t);
    await codeFor('field@example.org');
    assert.equal(await code.getAttribute('autocomplete'), 'one-time-code');
    assert.equal(await code.getAttribute('inputmode'), 'numeric');
    assert.equal(await focus.getAttribute('name'), 'code');
  });

  it('says how many tries are left, and when there are none, how long to wait', async (t) => {
    const { page, codeFor, code, button, error } = await open(t);
    const right = await codeFor('tries@example.org');
    for (const words of [/4 more tries/, /3 more tries/, /2 more tries/, /one more try/, /no more tries/]) {
      await code.fill(wrongThan(right));
      await button('Confirm').click();
      await error.filter({ hasText: words }).waitFor();
      assert.equal(await code.getAttribute('aria-invalid'), 'true');
    }
    await code.fill(right);
    await button('Confirm').click();
    await page.getByRole('alert').filter({ hasText: 'Too many wrong codes were typed.' }).waitFor();
    await button(/^Try again in \d:\d\d$/).waitFor();
  });

  it('does not send half a code, which would cost a try', async (t) => {
    const { page, codeFor, code, button, error } = await open(t);
    const right = await codeFor('half@example.org');
    const sent: string[] = [];
    page.on('request', (request) => sent.push(request.url()));
    await code.fill(right.slice(0, 7));
    await button('Confirm').click();
    await error.filter({ hasText: 'The code has 8 digits.' }).waitFor();
    assert.deepEqual(sent, []);
  });

  it('says what is wrong with an address without asking for a code', async (t) => {
    const { page, button, focus } = await open(t);
    await page.getByLabel('E-mail address').fill('anna');
    await button('Send the code').click();
    await page.getByText('This does not look like an e-mail address.').waitFor();
    assert.equal(await focus.getAttribute('id'), 'email');
    await page.getByLabel('Text message').check();
    await page.getByLabel('Mobile number').fill('+1 555');
    await button('Send the code').click();
    await page.getByText('This does not look like a mobile number.').waitFor();
  });

  it('counts down, and sends another code when the time has come', async (t) => {
    const { page, codeFor, codeAfter, code, button, resend } = await open(t);
    const first = await codeFor('resend@example.org');
    assert.match(await textOf(resend), /^Another code in 0:(30|2\d)$/);
    assert.match(await textOf(page.locator('[data-part="expiry"]')), /^Good for (10:00|9:5\d)$/);
    await resend.click({ force: true });
    await code.fill(first);
    await resend.filter({ hasText: /^Send another code$/ }).waitFor({ timeout: 40_000 });
    const second = await codeAfter(() => resend.click());
    await page.locator('#sent-to').filter({ hasText: 'We sent another code' }).waitFor();
    assert.equal(await code.inputValue(), '', 'the old code is taken out');
    assert.match(await textOf(resend), /^Another code in (1:00|0:5\d)$/);
    await code.fill(second);
    await button('Confirm').click();
    await page.getByRole('heading', { name: 'Confirmed' }).waitFor();
  });

  it('says when another code may be asked for if it was asked too soon, or elsewhere', async (t) => {
    const first = await open(t);
    await first.codeFor('twice@example.org');
    const { page, button } = await open(t);
    await page.getByLabel('E-mail address').fill('twice@example.org');
    await button('Send the code').click();
    await page.getByRole('alert').filter({ hasText: 'A lot of codes were asked for just now.' }).waitFor();
    await button(/^Try again in 0:(30|2\d)$/).waitFor();
    await page.getByLabel('E-mail address').fill('other@example.org');
    await button('Send the code').click();
    await page.getByText('We sent a code to').waitFor();
  });

  it('expires on the page when it does at the API', async (t) => {
    const { page, codeFor, error, code, button } = await open(t);
    await page.clock.install();
    const right = await codeFor('late@example.org');
    await page.clock.fastForward('10:01');
    await page.locator('[data-part="expiry"]').filter({ hasText: 'The code has expired.' }).waitFor();
    await page.getByRole('status').filter({ hasText: 'The code has expired.' }).waitFor();
    await page.route('**/verify', (route) =>
      route.fulfill({ status: 410, contentType: 'application/problem+json', json: { code: 'code_expired' } }),
    );
    await code.fill(right);
    await button('Confirm').click();
    await error.filter({ hasText: 'This code has expired. Please ask for another one.' }).waitFor();
  });

  it('counts by the clock of the API when the clock of the visitor is wrong', async (t) => {
    const { page, codeFor, resend } = await open(t);
    await page.clock.install({ time: Date.now() + 3 * 3_600_000 });
    await codeFor('clock@example.org');
    // `Date` has whole seconds only, so the page may be a second behind.
    assert.match(await textOf(resend), /^Another code in 0:(3[01]|2\d)$/);
    assert.match(await textOf(page.locator('[data-part="expiry"]')), /^Good for (10:0[01]|9:5\d)$/);
  });

  it('takes away a way on which codes cannot come, and says so', async (t) => {
    const { page, codeFor, button, focus } = await open(t);
    await page.route('**/v1/otp', (route) =>
      route.request().postDataJSON().channel === 'sms'
        ? route.fulfill({ status: 501, json: { code: 'channel_unavailable' } })
        : route.continue(),
    );
    await page.getByLabel('Text message').check();
    await page.getByLabel('Mobile number').fill('+49 151 23456700');
    await button('Send the code').click();
    await page.getByRole('alert').filter({ hasText: 'Please use e-mail.' }).waitFor();
    assert.equal(await page.getByLabel('Text message').isVisible(), false);
    assert.equal(await focus.getAttribute('id'), 'email');
    await codeFor('instead@example.org');
  });

  it('shows what the API wants visitors to know', async (t) => {
    const { page, codeFor } = await open(t);
    const notice = 'First confirm the message of AWS <b>Notification</b>.';
    await page.route('**/v1/otp', async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, json: { ...(await answer.json()), notice } });
    });
    await codeFor('notice@example.org');
    assert.equal(await textOf(page.locator('[data-part="api-notice"]')), notice);
  });

  it('keeps what was entered when the connection is lost', async (t) => {
    const { page, button, code } = await open(t);
    const context = page.context();
    await context.setOffline(true);
    await page.getByLabel('E-mail address').fill('offline@example.org');
    await button('Send the code').click();
    await page.getByRole('alert').filter({ hasText: 'The connection was lost.' }).waitFor();
    await context.setOffline(false);
    const asked = page.waitForResponse((answer) => answer.url().endsWith('/v1/otp'));
    await button('Try again').click();
    const { id } = (await (await asked).json()) as { id: string };
    await code.fill(await codeInOutbox(inlet.dataDir, id));
    await context.setOffline(true);
    await button('Confirm').click();
    await page.getByRole('alert').filter({ hasText: 'The connection was lost.' }).waitFor();
    await context.setOffline(false);
    await button('Try again').click();
    await page.getByRole('heading', { name: 'Confirmed' }).waitFor();
  });

  it('can be used by the keyboard alone', async (t) => {
    const { page, codeAfter, focus } = await open(t);
    const press = async (...keys: string[]) => {
      for (const key of keys) await page.keyboard.press(key);
    };
    await press('Tab', 'ArrowRight', 'ArrowLeft', 'Tab');
    assert.equal(await focus.getAttribute('id'), 'email');
    await page.keyboard.type('keys@example.org');
    const right = await codeAfter(() => press('Enter'));
    await page.getByText('We sent a code to').waitFor();
    await page.keyboard.type(right);
    await press('Tab');
    assert.equal(await textOf(focus), 'Confirm');
    await press('Enter');
    await page.getByRole('heading', { name: 'Confirmed' }).waitFor();
    await press('Tab');
    assert.equal(await textOf(focus), 'Continue to the form');
  });

  it('tells scripts of its own page and the page that opened it, by event and message', async (t) => {
    const { page } = await visit(t, browser, `${inlet.url}/feedback.html`);
    const told = page.evaluate(
      `new Promise((tell) => addEventListener('message', ({ data, origin }) => tell({ data, origin })))`,
    );
    const popup = page.waitForEvent('popup');
    await page.evaluate(`void open('/otp.html')`);
    const opened = await popup;
    await opened.evaluate(`addEventListener('inlet:verified', ({ detail }) => { window.heard = detail; })`);
    await opened.getByLabel('E-mail address').fill('opener@example.org');
    const asked = opened.waitForResponse((answer) => answer.url().endsWith('/v1/otp'));
    await opened.getByRole('button', { name: 'Send the code' }).click();
    const { id } = (await (await asked).json()) as { id: string };
    await opened.getByLabel('Code', { exact: true }).fill(await codeInOutbox(inlet.dataDir, id));
    await opened.getByRole('button', { name: 'Confirm' }).click();
    await opened.getByRole('heading', { name: 'Confirmed' }).waitFor();
    const heard = (await opened.evaluate('window.heard')) as { proof: string; expiresAt: string };
    assert.deepEqual(Object.keys(heard), ['proof', 'expiresAt']);
    assert.deepEqual(await told, {
      data: { type: 'inlet:verified', ...heard },
      origin: inlet.url,
    });
  });

  it('says without JavaScript that it needs it', async (t) => {
    const { page } = await open(t, { javaScriptEnabled: false });
    // Chromium that is told to run no scripts still parses as if it did: what is in here is text to it, not elements.
    assert.match(await textOf(page.locator('header noscript')), /This page needs JavaScript\./);
    assert.equal(await page.getByRole('button').count(), 0);
  });

  for (const width of [320, 360, 1200]) {
    it(`fits a window of ${width} pixels, light and dark`, async (t) => {
      for (const colorScheme of ['light', 'dark'] as const) {
        const { page, codeFor } = await open(t, { colorScheme, viewport: { width, height: 700 } });
        const tooWide = () => page.evaluate('document.documentElement.scrollWidth - innerWidth');
        assert.equal(await tooWide(), 0);
        await codeFor(
          `somebody.with.a.long.name.${width}.${colorScheme}@a-rather-long-name-of-a-company.example.org`,
        );
        await page.getByText('We sent a code to').waitFor();
        assert.equal(await tooWide(), 0);
      }
    });
  }
});
