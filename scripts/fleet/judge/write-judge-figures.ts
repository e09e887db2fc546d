import { readFile, writeFile } from 'node:fs/promises';
import { judgeTable } from './judge-figures.ts';
import { judgePicture } from './judge-picture.ts';
import { judgeRules } from './judge-rules.ts';

/**
 * Writes into docs/judge.md how long canaries take under the default rules, and draws docs/judge.svg. Run it with
 * `node scripts/fleet/judge/write-judge-figures.ts` when the rules or their defaults change; a test compares.
 */
const page = new URL('../../../docs/judge.md', import.meta.url);
const picture = new URL('../../../docs/judge.svg', import.meta.url);
const rules = judgeRules();

const text = await readFile(page, 'utf8');
const [before, rest] = text.split('<!-- figures -->');
const after = rest?.split('<!-- end of figures -->')[1];
if (before === undefined || after === undefined)
  throw new Error(`${page.pathname} has no marks for the figures.`);
await writeFile(page, `${before}<!-- figures -->\n${judgeTable(rules)}\n<!-- end of figures -->${after}`);
await writeFile(picture, judgePicture(rules));
