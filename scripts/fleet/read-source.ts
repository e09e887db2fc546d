import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { parseTemplate } from '../../infra/policies/parse-template.ts';
import type { Template } from '../../infra/policies/template.ts';

const run = promisify(execFile);

/** What the project's own files say, as far as the fleet needs it. */
export interface Source {
  /** The stack, with every function in its long form. */
  template: Template;
  userData: string;
  commit: string;
  /** The version in package.json. */
  build: string;
  /** Whether the work tree is as the commit says. */
  isClean: boolean;
}

export async function readSource(root: string): Promise<Source> {
  const read = (file: string) => readFile(path.join(root, file), 'utf8');
  const git = async (...args: string[]) => (await run('git', args, { cwd: root })).stdout.trim();
  return {
    template: parseTemplate(await read('infra/stack.yaml')),
    userData: await read('userdata/user-data.sh'),
    commit: await git('rev-parse', 'HEAD'),
    build: (JSON.parse(await read('package.json')) as { version: string }).version,
    isClean: (await git('status', '--porcelain')) === '',
  };
}
