import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { generatedFiles } from './generated-files.ts';

// Writes the files that are made from the code. A test compares them, so run this after a change.
const root = path.join(import.meta.dirname, '..');

for (const [file, text] of Object.entries(await generatedFiles())) {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), text);
  console.log(file);
}
