import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { judgeTable } from '../../../../scripts/fleet/judge/judge-figures.ts';
import { judgePicture } from '../../../../scripts/fleet/judge/judge-picture.ts';
import { judgeRules } from '../../../../scripts/fleet/judge/judge-rules.ts';

const doc = (name: string) => readFile(new URL(`../../../../docs/${name}`, import.meta.url), 'utf8');
const howTo = 'run: node scripts/fleet/judge/write-judge-figures.ts';

describe('docs/judge.md', () => {
  it('says how long canaries take under the rules as they are', async () => {
    const page = await doc('judge.md');
    assert.ok(page.includes(`<!-- figures -->\n${judgeTable(judgeRules())}\n<!-- end of figures -->`), howTo);
  });

  it('shows the intervals of the judge as it is', async () => {
    assert.equal(await doc('judge.svg'), judgePicture(judgeRules()), howTo);
  });

  it('lists every rule with its default', async () => {
    const page = await doc('judge.md');
    for (const [rule, value] of Object.entries(judgeRules()))
      assert.ok(page.includes(`| \`${rule}\` | ${value} |`), `${rule} ${value}`);
  });
});
