import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import express from 'express';
import type { Browser } from 'playwright-core';
import { type InletProcess, startInlet } from './inlet-process.ts';
import { noisePng } from './noise-png.ts';
import { openChromium } from './open-chromium.ts';
import { awaitMessage } from './outbox-folder.ts';
import { textOf, type Visit, visit } from './visit.ts';

const photo = { name: 'mill.png', mimeType: 'image/png', buffer: noisePng(64) };

/** Serves the page as the owner of another site does: copies, with the API's address in the form. */
async function startSite(api: () => string) {
  const web = path.resolve(import.meta.dirname, '../../web');
  const app = express();
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const html = await readFile(path.join(web, 'feedback.html'), 'utf8');
  app.get('/feedback.html', (_req, res) => {
    const form = html
      .replace('data-api=""', `data-api="${api()}"`)
      .replace('action="/v1/feedback"', `action="${api()}/v1/feedback"`)
      .replace('value="/thanks.html"', `value="${origin}/thanks.html"`);
    res.type('html').send(form);
  });
  app.use(express.static(web));
  return { server, origin };
}

async function limitUpload({ page }: Visit) {
  const network = await page.context().newCDPSession(page);
  const limit = (uploadThroughput: number) =>
    network.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput,
    });
  await limit(300_000);
  return { lift: () => limit(-1) };
}

describe('the feedback page', () => {
  let browser: Browser;
  let inlet: InletProcess;
  before(async () => {
    browser = await openChromium();
    inlet = await startInlet({ INLET_FEEDBACK_PER_MINUTE: '0' });
  });
  after(async () => {
    await browser?.close();
    await inlet?.close();
  });

  it('sends rating, message and photo in sight, and shows the receipt of what is in the outbox', async (t) => {
    const visitor = await visit(t, browser, inlet.url);
    const { page } = visitor;
    await visitor.star(5).check({ force: true });
    await visitor.message.fill('The lake path is lovely.\nThe sign at the mill is not.');
    await page.getByLabel('E-mail').fill('anna@example.org');
    await visitor.files.setInputFiles({ ...photo, buffer: noisePng(800) });
    await page.locator('.thumb img').evaluate('(image) => image.decode()');

    const throttle = await limitUpload(visitor);
    await visitor.button('Send feedback').click();
    await page
      .locator('[data-part="percent"]')
      .filter({ hasText: /^[1-9]\d?%$/ })
      .waitFor();
    assert.notEqual(await page.getByRole('progressbar').getAttribute('value'), '0');
    assert.equal(await visitor.button('Cancel').isVisible(), true);
    await throttle.lift();

    const id = await visitor.receipt();
    assert.equal(await textOf(visitor.focus), 'Thank you');
    assert.match(await textOf(page.locator('[data-part="receipt-next"]')), /anna@example\.org/);
    const { uploads, ...message } = await awaitMessage(inlet.dataDir, id);
    assert.equal(message.message, 'The lake path is lovely.\nThe sign at the mill is not.');
    assert.equal(message.rating, 5);
    assert.equal(message.email, 'anna@example.org');
    assert.equal(uploads.length, 1);
    assert.deepEqual(visitor.complaints, []);
  });

  it('stops when the visitor cancels, and sends the same when they try again', async (t) => {
    const visitor = await visit(t, browser, inlet.url);
    await visitor.message.fill('Second thoughts.');
    await visitor.files.setInputFiles({ ...photo, buffer: noisePng(800) });
    const throttle = await limitUpload(visitor);
    await visitor.button('Send feedback').click();
    await visitor.button('Cancel').click();
    await visitor.page.getByRole('alert').filter({ hasText: 'Sending was cancelled.' }).waitFor();
    await throttle.lift();
    await visitor.button('Try again').click();
    assert.equal((await awaitMessage(inlet.dataDir, await visitor.receipt())).message, 'Second thoughts.');
  });

  it('works without JavaScript: the browser posts the form and continues at the thanks page', async (t) => {
    const visitor = await visit(t, browser, `${inlet.url}/feedback.html`, { javaScriptEnabled: false });
    await visitor.star(2).check({ force: true });
    await visitor.message.fill('Sent without a script.');
    await visitor.files.setInputFiles(photo);
    await visitor.button('Send feedback').click();
    await visitor.page.waitForURL(/\/thanks\.html\?receipt=/);
    assert.equal(await textOf(visitor.page.locator('h1')), 'Thank you');
    const id = new URL(visitor.page.url()).searchParams.get('receipt') ?? '';
    assert.equal((await awaitMessage(inlet.dataDir, id)).message, 'Sent without a script.');
  });

  it('works without JavaScript when everything optional is left empty', async (t) => {
    const visitor = await visit(t, browser, inlet.url, { javaScriptEnabled: false });
    await visitor.message.fill('Only words.');
    await visitor.button('Send feedback').click();
    await visitor.page.waitForURL(/\/thanks\.html\?receipt=/);
  });

  it('shows on the thanks page the receipt that the API gave, and nothing that only pretends to be one', async (t) => {
    const visitor = await visit(t, browser, inlet.url);
    await visitor.message.fill('A receipt, please.');
    await visitor.button('Send feedback').click();
    const id = await visitor.receipt();
    await visitor.page.goto(`${inlet.url}/thanks.html?receipt=${id}`);
    await visitor.page.getByText(id).waitFor();
    await visitor.page.goto(`${inlet.url}/thanks.html?receipt=Call+0900+now`);
    await visitor.page.waitForLoadState();
    assert.equal(await visitor.page.locator('dl').isVisible(), false);
    assert.deepEqual(visitor.complaints, []);
  });

  describe('on another origin, with the address of the API in its form', () => {
    let site: Awaited<ReturnType<typeof startSite>>;
    let api: InletProcess;
    before(async () => {
      site = await startSite(() => api.url);
      api = await startInlet({ INLET_ALLOWED_ORIGINS: site.origin, INLET_FEEDBACK_PER_MINUTE: '2' });
    });
    after(async () => {
      site?.server.close();
      await api?.close();
    });

    it('sends without JavaScript, and continues on its own site', async (t) => {
      const visitor = await visit(t, browser, `${site.origin}/feedback.html`, { javaScriptEnabled: false });
      await visitor.message.fill('From another site, by hand.');
      await visitor.button('Send feedback').click();
      await visitor.page.waitForURL(`${site.origin}/thanks.html?receipt=*`);
      const id = new URL(visitor.page.url()).searchParams.get('receipt') ?? '';
      assert.equal((await awaitMessage(api.dataDir, id)).message, 'From another site, by hand.');
    });

    it('sends with JavaScript, and can read the receipt and the wait that the API asks for', async (t) => {
      const visitor = await visit(t, browser, `${site.origin}/feedback.html`);
      await visitor.message.fill('From another site.');
      await visitor.files.setInputFiles(photo);
      await visitor.button('Send feedback').click();
      const message = await awaitMessage(api.dataDir, await visitor.receipt());
      assert.equal(message.message, 'From another site.');
      assert.equal(message.uploads.length, 1);

      await visitor.button('Send something else').click();
      await visitor.message.fill('Once more.');
      await visitor.button('Send feedback').click();
      await visitor.button(/^Try again in \d+ s$/).waitFor();
      assert.deepEqual(visitor.complaints, []);
    });
  });

  it('can be used by keyboard alone', async (t) => {
    const visitor = await visit(t, browser, inlet.url);
    const { keyboard } = visitor.page;
    visitor.page.on('filechooser', (chooser) => chooser.setFiles(photo));
    await keyboard.press('Tab');
    for (const key of ['Space', 'ArrowRight', 'ArrowRight']) await keyboard.press(key);
    assert.equal(await visitor.star(3).isChecked(), true);
    await keyboard.press('Tab');
    assert.equal(await textOf(visitor.focus), 'Clear rating');
    await keyboard.press('Tab');
    await keyboard.type('Typed, never clicked.');
    await keyboard.press('Tab');
    await keyboard.press('Enter');
    await visitor.page.locator('.file-name').waitFor();
    await keyboard.press('Tab');
    assert.equal(await visitor.focus.getAttribute('aria-label'), 'Remove mill.png');
    for (const field of ['name', 'email']) {
      await keyboard.press('Tab');
      assert.equal(await visitor.focus.getAttribute('name'), field);
    }
    await keyboard.press('Tab');
    assert.equal(await textOf(visitor.focus), 'Send feedback');
    await keyboard.press('Enter');
    assert.equal(
      (await awaitMessage(inlet.dataDir, await visitor.receipt())).message,
      'Typed, never clicked.',
    );
  });

  it('fits a screen of 320 px, with targets of at least 44 px', async (t) => {
    const visitor = await visit(t, browser, inlet.url, { viewport: { width: 320, height: 640 } });
    await visitor.star(3).check({ force: true });
    await visitor.files.setInputFiles({ ...photo, name: `${'a-very-long-name'.repeat(8)}.png` });
    await visitor.page.locator('.file-name').waitFor();
    assert.equal(await visitor.page.evaluate('document.documentElement.scrollWidth'), 320);
    for (const target of await visitor.page.locator('button:visible, textarea, input:visible').all()) {
      const box = await target.boundingBox();
      assert.ok(box && box.width >= 44 && box.height >= 44, `${await target.evaluate('(e) => e.outerHTML')}`);
    }
  });
});
