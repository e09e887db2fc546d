import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { type InletProcess, startInlet } from './inlet-process.ts';
import { noisePng } from './noise-png.ts';
import { openChromium } from './open-chromium.ts';
import { awaitMessage, messagesIn } from './outbox-folder.ts';
import { textOf, type Visit, visit } from './visit.ts';

const photo = { name: 'mill.png', mimeType: 'image/png', buffer: noisePng(64) };

/** Lets go of a text file over the page, or pastes it. True if the page took it. */
function give({ page }: Visit, type: 'drop' | 'paste', name: string) {
  return page.evaluate(`(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(['words'], '${name}', { type: 'text/plain' }));
    const init = { bubbles: true, cancelable: true, dataTransfer: transfer, clipboardData: transfer };
    const event = '${type}' === 'drop' ? new DragEvent('drop', init) : new ClipboardEvent('paste', init);
    document.querySelector('#message').dispatchEvent(event);
    return event.defaultPrevented;
  })()`);
}

describe('the feedback page in trouble', () => {
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

  it('says at the field what the API found wrong with it, and keeps the rest', async (t) => {
    const visitor = await visit(t, browser, inlet.url);
    await visitor.message.fill('My address is odd.');
    const email = visitor.page.getByLabel('E-mail');
    await email.fill('anna@nowhere'); // An address to browsers, none to the API.
    await visitor.button('Send feedback').click();
    await visitor.page.locator('#email-error').filter({ hasText: /./ }).waitFor();
    assert.equal(await email.getAttribute('aria-invalid'), 'true');
    assert.match((await email.getAttribute('aria-describedby')) ?? '', /\bemail-error\b/);
    assert.equal(await visitor.focus.getAttribute('name'), 'email');
    assert.equal(await visitor.message.inputValue(), 'My address is odd.');

    await email.fill('anna@nowhere.example');
    assert.equal(await email.getAttribute('aria-invalid'), null);
    await visitor.button('Send feedback').click();
    await visitor.receipt();
  });

  it('asks for a message before it sends, and counts as the API does', async (t) => {
    const visitor = await visit(t, browser, inlet.url);
    const error = visitor.page.locator('#message-error');
    await visitor.button('Send feedback').click();
    assert.equal(await textOf(error), 'Please write a few words.');
    await visitor.message.fill('a'.repeat(9_990));
    assert.equal(await textOf(visitor.page.locator('#message-count')), '10 characters left');
    await visitor.message.fill('a'.repeat(10_003));
    await visitor.button('Send feedback').click();
    assert.equal(await textOf(error), 'Please shorten your message by 3 characters.');
    await visitor.message.fill(`${`${'ä'.repeat(99)}\n`.repeat(99)}${'ö'.repeat(100)}\n`);
    await visitor.button('Send feedback').click();
    await visitor.receipt();
  });

  it('says which files cannot go and why, takes dropped and pasted ones, and gives them up again', async (t) => {
    const visitor = await visit(t, browser, inlet.url);
    const names = visitor.page.locator('.file-name');
    await visitor.files.setInputFiles([
      { name: 'empty.png', mimeType: 'image/png', buffer: Buffer.alloc(0) },
      { name: 'setup.exe', mimeType: 'application/x-msdownload', buffer: Buffer.from('MZ') },
      photo,
    ]);
    assert.deepEqual((await textOf(visitor.page.locator('#file-error'))).split('\n'), [
      'empty.png is empty.',
      'setup.exe is not a kind of file that can be sent here.',
    ]);
    assert.equal(await give(visitor, 'drop', 'notes.txt'), true);
    assert.equal(await give(visitor, 'paste', 'image.txt'), true);
    assert.deepEqual(await names.allTextContents(), ['mill.png', 'notes.txt', 'pasted-1.txt']);

    await visitor.button('Remove notes.txt').click();
    assert.deepEqual(await names.allTextContents(), ['mill.png', 'pasted-1.txt']);
    assert.equal(await visitor.focus.getAttribute('aria-label'), 'Remove pasted-1.txt');
    await visitor.message.fill('Two files.');
    await visitor.button('Send feedback').click();
    assert.equal((await awaitMessage(inlet.dataDir, await visitor.receipt())).uploads.length, 2);
  });

  it('leaves out files that are too many or too large, and says so', async (t) => {
    const visitor = await visit(t, browser, 'about:blank');
    await visitor.page.route(`${inlet.url}/`, async (route) => {
      const response = await route.fetch();
      const body = (await response.text()).replace(/data-max-bytes="\d+"/, 'data-max-bytes="20480"');
      await route.fulfill({ response, body });
    });
    await visitor.page.goto(inlet.url);
    const error = visitor.page.locator('#file-error');
    await visitor.files.setInputFiles({ ...photo, buffer: noisePng(128) });
    assert.equal(await textOf(error), 'mill.png is too large: 48 kB. A file may have up to 20 kB.');
    await visitor.files.setInputFiles(
      Array.from({ length: 12 }, (_, i) => ({ ...photo, name: `${i + 1}.png` })),
    );
    assert.equal(await textOf(error), 'Up to 10 files can be sent. These were left out: 11.png, 12.png');
    assert.equal(await visitor.page.locator('.file-name').count(), 10);
  });

  it('keeps everything when the server is gone, and sends it once when it is back', async (t) => {
    const own = await startInlet();
    t.after(own.close);
    const visitor = await visit(t, browser, own.url);
    await visitor.star(3).check({ force: true });
    await visitor.message.fill('Written before the power cut.');
    await visitor.files.setInputFiles(photo);
    await own.kill();
    await visitor.button('Send feedback').click();
    await visitor.page.getByRole('alert').filter({ hasText: 'The connection was lost.' }).waitFor();
    assert.equal(await visitor.message.inputValue(), 'Written before the power cut.');
    assert.equal(await visitor.page.locator('.file-name').count(), 1);
    await own.restart();
    await visitor.button('Try again').click();
    await awaitMessage(own.dataDir, await visitor.receipt());
    assert.equal(messagesIn(own.dataDir).length, 1);
  });

  it('gets the first receipt if the answer was lost on the way, so that nothing is there twice', async (t) => {
    const visitor = await visit(t, browser, inlet.url);
    const taken = Promise.withResolvers<string>();
    await visitor.page.route('**/v1/feedback', async (route) => {
      const answer = await route.fetch();
      taken.resolve(((await answer.json()) as { id: string }).id);
      await route.abort('connectionreset');
    });
    await visitor.message.fill('Did this arrive?');
    await visitor.button('Send feedback').click();
    const id = await taken.promise;
    await visitor.button('Try again').waitFor();
    await visitor.page.unroute('**/v1/feedback');
    await visitor.button('Try again').click();
    assert.equal(await visitor.receipt(), id);
  });

  it('waits as long as the API asks for before it offers another try', async (t) => {
    const strict = await startInlet({ INLET_FEEDBACK_PER_MINUTE: '1' });
    t.after(strict.close);
    const visitor = await visit(t, browser, strict.url);
    await visitor.message.fill('First.');
    await visitor.button('Send feedback').click();
    await visitor.receipt();
    await visitor.button('Send something else').click();
    await visitor.page.clock.install();
    await visitor.message.fill('Second.');
    await visitor.button('Send feedback').click();
    const waiting = visitor.button(/^Try again in \d+ s$/);
    await waiting.waitFor();
    assert.equal(await waiting.getAttribute('aria-disabled'), 'true');
    await visitor.page.clock.runFor(61_000);
    assert.equal(await visitor.button('Try again').getAttribute('aria-disabled'), null);
    assert.equal(await visitor.message.inputValue(), 'Second.');
  });

  it('keeps a draft over a reload, until it is sent', async (t) => {
    const visitor = await visit(t, browser, inlet.url);
    await visitor.message.fill('Half a thought');
    await visitor.star(4).check({ force: true });
    await visitor.page.reload();
    assert.equal(await visitor.message.inputValue(), 'Half a thought');
    assert.equal(await visitor.star(4).isChecked(), true);
    await visitor.button('Send feedback').click();
    await visitor.receipt();
    await visitor.page.reload();
    assert.equal(await visitor.message.inputValue(), '');
  });
});
