import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { after, test } from 'node:test';
import { startInlet } from '../support/start-inlet.ts';

const inlet = await startInlet();
after(() => inlet.stop());
const script = path.resolve(import.meta.dirname, '../../scripts/keys.ts');

/** Runs the command beside the process that it manages. */
function keys(...args: string[]): Promise<{ code: number; printed: string; complaint: string }> {
  const env = { PATH: process.env.PATH ?? '', INLET_DATA_DIR: inlet.dataDir };
  return new Promise((resolve) => {
    execFile(process.execPath, [script, ...args], { env }, (error, printed, complaint) =>
      resolve({ code: Number(error?.code ?? 0), printed, complaint }),
    );
  });
}
async function printed(...args: string[]): Promise<string> {
  const { code, printed: text, complaint } = await keys(...args);
  assert.equal(code, 0, complaint);
  assert.equal(complaint, '');
  return text;
}
async function complaint(...args: string[]): Promise<string> {
  const { code, printed: text, complaint: said } = await keys(...args);
  assert.equal(code, 1, text);
  assert.equal(text, '');
  assert.doesNotMatch(said, /\bat .*\.ts:\d/, 'no stack');
  return said.trimEnd();
}
async function newKey(...args: string[]) {
  const text = await printed('create', ...args);
  const [, id = '', secret = ''] = /^Key (\w{12}) [\s\S]*\n(inlet_\S+)\n$/.exec(text) ?? assert.fail(text);
  return { id, secret };
}
const ask = (secret: string, target = '/v1/uploads') =>
  inlet.fetch(target, { headers: { 'X-Api-Key': secret } });
/** The cells of the row that begins with the given one. */
const row = (text: string, first: string) =>
  text
    .split('\n')
    .find((line) => line.startsWith(`${first} `))
    ?.split(/ {2,}/);

test('a plan that is made holds for the key that is made with it, and the usage is shown', async () => {
  await printed('plan', 'create', '--name', 'web', '--rate', '0.5', '--burst', '2', '--quota', '10');
  const { id, secret } = await newKey('--name', 'shop', '--scopes', 'uploads:read', '--plan', 'web');
  assert.deepEqual(row(await printed('list'), id)?.slice(2), ['good', 'shop', 'web', 'uploads:read']);
  assert.deepEqual(row(await printed('usage'), id), [id, 'shop', 'web', '0', '10', '0']);
  const answer = await ask(secret);
  assert.equal(answer.headers.get('ratelimit-limit'), '2');
  await answer.arrayBuffer();
  assert.deepEqual(row(await printed('usage'), id), [id, 'shop', 'web', '1', '10', '10']);
  const alone = await printed('usage', id);
  assert.deepEqual(row(alone, id), [id, 'shop', 'web', '1', '10', '10']);
  assert.match(alone, /\nmonth +requests\n\d{4}-\d\d +1\n$/);
});

test('what somebody did wrong is said without a stack, and ends with 1', async () => {
  const said = await complaint('plan', 'create', '--name', 'a', '--rate', '0', '--burst', '1');
  assert.equal(said, '--rate: expected at least 0.0001 requests a second');
  assert.match(await complaint('list', '--nonsense'), /--nonsense[\s\S]*Usage: npm run keys/);
});
