import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, test } from 'node:test';
import { problems } from '../../src/errors.ts';
import { startInlet } from '../support/start-inlet.ts';

const inlet = await startInlet();
after(() => inlet.stop());

async function page(target: string) {
  const answer = await inlet.fetch(target);
  assert.equal(answer.status, 200, target);
  return { text: await answer.text(), type: answer.headers.get('content-type') ?? '' };
}
/** Addresses that a page makes the browser load. */
const loaded = (html: string) =>
  [...html.matchAll(/<(?:script|link|img|iframe|source)\b[^>]*?(?:src|href)="([^"]+)"/g)]
    .map(([, url]) => url ?? '')
    .filter((url) => !url.startsWith('data:'));

const kinds: Record<string, RegExp> = { '.css': /^text\/css/, '.js': /^(text|application)\/javascript/ };

for (const target of ['/docs', '/docs/errors', '/']) {
  test(`everything that ${target} loads comes from here, and is there`, async () => {
    const { text, type } = await page(target);
    assert.match(type, /^text\/html/);
    const addresses = loaded(text);
    assert.ok(addresses.length > 0);
    for (const address of addresses) {
      assert.doesNotMatch(address, /^([a-z]+:)?\/\//i, address);
      const kind = kinds[path.extname(address)];
      const asset = await page(new URL(address, inlet.url + target).pathname);
      if (kind) assert.match(asset.type, kind, address);
      assert.doesNotMatch(asset.type, /html/);
      assert.ok(asset.text.length > 0);
    }
    assert.doesNotMatch(
      text,
      /<script(?![^>]*\bsrc=)[^>]*>\s*\S|<style|\son\w+="/,
      'nothing that the policy blocks',
    );
  });
}

test('the style sheets and the start of the API document load nothing from elsewhere', async () => {
  for (const target of ['/docs/page.css', '/docs/start.js', '/docs/ui/swagger-ui.css']) {
    const { text } = await page(target);
    assert.doesNotMatch(text, /url\(\s*["']?(?:https?:)?\/\//i, target);
    assert.doesNotMatch(text, /@import/i, target);
  }
  assert.match((await page('/docs/start.js')).text, /\/openapi\.json/);
});

test('every problem has its place on the page that its type leads to, and in docs/errors.md', async () => {
  const { text } = await page('/docs/errors');
  const document = await readFile(path.resolve(import.meta.dirname, '../../docs/errors.md'), 'utf8');
  const headings = new Set([...document.matchAll(/^#+ `?(\w+)`?/gm)].map(([, code]) => code));
  for (const [code, { status }] of Object.entries(problems)) {
    assert.equal([...text.matchAll(new RegExp(`id="${code}"`, 'g'))].length, 1, code);
    assert.match(text, new RegExp(`<h2>${code}</h2><p><strong>${status}</strong>`), code);
    assert.ok(headings.has(code), code);
  }
});
