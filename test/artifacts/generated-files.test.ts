import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { generatedFiles } from '../../scripts/generated-files.ts';

const root = path.join(import.meta.dirname, '../..');

test('files made from the code are what the code makes now: run "npm run generate" after a change', async () => {
  for (const [file, text] of Object.entries(await generatedFiles())) {
    assert.equal(readFileSync(path.join(root, file), 'utf8'), text, `${file} is out of date`);
  }
});
