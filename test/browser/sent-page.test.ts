import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { unzip } from '../support/sender-client.ts';
import { codeInOutbox } from '../support/verify-address.ts';
import { type InletProcess, startInlet } from './inlet-process.ts';
import { noisePng } from './noise-png.ts';
import { openChromium } from './open-chromium.ts';
import { textOf, visit } from './visit.ts';

describe('the page on which visitors see what they sent', () => {
  let browser: Browser;
  let inlet: InletProcess;
  const photo = noisePng(64);
  before(async () => {
    browser = await openChromium();
    inlet = await startInlet({ INLET_OTP_CLIENT_PER_HOUR: '1000' });
  });
  after(async () => {
    await browser?.close();
    await inlet?.close();
  });

  /** Sends feedback with the address, and gives its receipt. */
  async function send(email: string): Promise<string> {
    const form = new FormData();
    for (const [name, value] of Object.entries({
      message: 'Lovely.\nReally.',
      rating: '4',
      email,
      order: '<b>12</b>',
    }))
      form.append(name, value);
    form.append('file', new Blob([new Uint8Array(photo)]), 'mill.png');
    const answer = await fetch(`${inlet.url}/v1/feedback`, { method: 'POST', body: form });
    assert.equal(answer.status, 201);
    return ((await answer.json()) as { id: string }).id;
  }

  /** Opens the page and confirms the address on it. */
  async function confirm(t: TestContext, email: string, query = '', options: BrowserContextOptions = {}) {
    const visitor = await visit(t, browser, `${inlet.url}/sent.html${query}`, options);
    const { page, button } = visitor;
    await page.getByLabel('E-mail address').fill(email);
    const asked = page.waitForResponse((answer) => answer.url().endsWith('/v1/otp'));
    await button('Send the code').click();
    const { id } = (await (await asked).json()) as { id: string };
    await page.getByLabel('Code', { exact: true }).fill(await codeInOutbox(inlet.dataDir, id));
    await button('Confirm').click();
    return visitor;
  }

  it('shows it, gives a copy, and deletes it once the visitor has said so twice', async (t) => {
    const receipt = await send('anna@example.org');
    const { page, button, focus, complaints } = await confirm(t, 'anna@example.org', `?receipt=${receipt}`);
    await page.getByRole('heading', { name: 'What you sent' }).waitFor();
    await page.locator('[data-part="view"]').waitFor();
    assert.equal(await textOf(focus), 'What you sent');
    const said = await page.locator('[data-part="said"]').innerText();
    for (const text of ['Lovely.\nReally.', '4 of 5', 'anna@example.org', '<b>12</b>'])
      assert.ok(said.includes(text), text);

    const saved = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Save a copy' }).click();
    const copy = await saved;
    assert.equal(copy.suggestedFilename(), `feedback-${receipt}.zip`);
    const unpacked = await unzip(await readFile(await copy.path()));
    assert.deepEqual(unpacked.get('attachments/mill.png'), Buffer.from(photo));

    const attachment = page.waitForEvent('download');
    await page.getByRole('link', { name: 'mill.png' }).click();
    assert.deepEqual(await readFile(await (await attachment).path()), Buffer.from(photo));

    await button('Delete it').click();
    assert.equal(await textOf(focus), 'Keep it');
    await button('Keep it').click();
    assert.equal(await textOf(focus), 'Delete it');
    await button('Delete it').click();
    await button('Delete for good').click();
    await page.getByRole('heading', { name: 'Deleted' }).waitFor();
    assert.equal(await textOf(focus), 'Deleted');
    assert.deepEqual(complaints, []);
    const rest = await fetch(`${inlet.url}/v1/feedback/${receipt}/sent`);
    assert.equal(rest.status, 401, 'nobody learns more without a link');
  });

  it('lets a wrong receipt be corrected without another code', async (t) => {
    const receipt = await send('typo@example.org');
    const { page, button, focus } = await confirm(t, 'typo@example.org');
    const field = page.getByLabel('Receipt');
    const error = page.locator('#receipt-error');
    await field.fill('0b7ad6c2');
    await button('Show it').click();
    await error.filter({ hasText: 'This does not look like a receipt.' }).waitFor();
    for (const other of [randomUUID(), await send('somebody.else@example.org')]) {
      await field.fill(other);
      await button('Show it').click();
      await error.filter({ hasText: 'Nothing with this receipt was sent from this address' }).waitFor();
      assert.equal(await focus.getAttribute('id'), 'receipt');
      await field.fill('');
    }
    await field.fill(`  ${receipt.toUpperCase()} `);
    await button('Show it').click();
    await page.locator('[data-part="view"]').waitFor();
  });

  it('says when the time for deleting is over', async (t) => {
    const receipt = await send('late@example.org');
    const { page, button } = await confirm(t, 'late@example.org', `?receipt=${receipt}`);
    await page.locator('[data-part="view"]').waitFor();
    await page.route('**/sent?*', (route) => route.fulfill({ status: 403, json: { code: 'link_expired' } }));
    await button('Delete it').click();
    await button('Delete for good').click();
    await page.getByRole('alert').filter({ hasText: 'The time is up.' }).waitFor();
  });

  it('takes no address for a script: a receipt from the address of the page is only a text', async (t) => {
    const { page, complaints } = await confirm(
      t,
      'xss@example.org',
      '?receipt=%3Cimg%20src=x%20onerror=alert(1)%3E',
    );
    await page.locator('#receipt-error').filter({ hasText: 'This does not look like a receipt.' }).waitFor();
    assert.deepEqual(complaints, []);
  });

  it('fits a narrow phone', async (t) => {
    const receipt = await send('phone@example.org');
    const viewport = { width: 320, height: 640 };
    const { page, button } = await confirm(t, 'phone@example.org', `?receipt=${receipt}`, { viewport });
    await button('Delete it').click();
    assert.equal(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), 0);
  });
});
