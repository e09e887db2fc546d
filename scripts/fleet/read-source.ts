import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';

const run = promisify(execFile);

/** What the project's own files say, as far as the fleet needs it. */
export interface Source {
  template: string;
  /** One entry a resource of the template. */
  resourceTypes: string[];
  /** Default values of the template's parameters. */
  defaults: Record<string, string>;
  userData: string;
  commit: string;
  /** The version in package.json. */
  build: string;
  /** Whether the work tree is as the commit says. */
  isClean: boolean;
}

interface Template {
  Parameters?: Record<string, { Default?: string | number }>;
  Resources?: Record<string, { Type: string }>;
}

export async function readSource(root: string): Promise<Source> {
  const read = (file: string) => readFile(path.join(root, file), 'utf8');
  const git = async (...args: string[]) => (await run('git', args, { cwd: root })).stdout.trim();
  const template = await read('infra/stack.yaml');
  // Its own tags, such as !Ref, do not matter for what is read here.
  const parsed = parse(template, { logLevel: 'silent' }) as Template;
  return {
    template,
    resourceTypes: Object.values(parsed.Resources ?? {}).map(({ Type }) => Type),
    defaults: Object.fromEntries(
      Object.entries(parsed.Parameters ?? {}).flatMap(([name, { Default }]) =>
        Default === undefined ? [] : [[name, String(Default)]],
      ),
    ),
    userData: await read('userdata/user-data.sh'),
    commit: await git('rev-parse', 'HEAD'),
    build: (JSON.parse(await read('package.json')) as { version: string }).version,
    isClean: (await git('status', '--porcelain')) === '',
  };
}
