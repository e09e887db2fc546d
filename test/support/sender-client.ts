import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Inlet } from './start-inlet.ts';

export interface AccessLinks {
  self: string;
  export: string;
  remove: string;
}

export interface SentFeedback {
  id: string;
  receivedAt: string;
  message: string;
  verified: boolean;
  attachments: { name: string; size: number; sha256: string; links: { content: string } }[];
  links: { speech?: string };
  [member: string]: unknown;
}

/** The calls of somebody who wants to see what they sent. They have no key. */
export function senderClient(inlet: Pick<Inlet, 'fetch'>) {
  const access = (id: string, body: unknown) =>
    inlet.fetch(`/v1/feedback/${id}/access`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
  return {
    access,
    async links(id: string, proof: string): Promise<AccessLinks> {
      const answer = await access(id, { proof });
      assert.equal(answer.status, 200, await answer.clone().text());
      return ((await answer.json()) as { links: AccessLinks }).links;
    },
    async sent(link: string): Promise<SentFeedback> {
      const answer = await inlet.fetch(link);
      assert.equal(answer.status, 200, await answer.clone().text());
      return (await answer.json()) as SentFeedback;
    },
    remove: (link: string) => inlet.fetch(link, { method: 'DELETE' }),
  };
}

/** What is in a ZIP file, by name, as Python's standard library reads it: checksums and all. */
export async function unzip(archive: Uint8Array): Promise<Map<string, Buffer>> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'inlet-zip-'));
  try {
    const file = path.join(folder, 'archive.zip');
    await writeFile(file, archive);
    const script = [
      'import json, sys, zipfile',
      'archive = zipfile.ZipFile(sys.argv[1])',
      'assert archive.testzip() is None',
      'names = archive.namelist()',
      'for n, name in enumerate(names): open(f"{sys.argv[1]}.{n}", "wb").write(archive.read(name))',
      'print(json.dumps(names))',
    ].join('\n');
    const { stdout } = await promisify(execFile)('python3', ['-c', script, file]);
    const names = JSON.parse(stdout) as string[];
    const contents = names.map(async (name, n) => [name, await readFile(`${file}.${n}`)] as const);
    return new Map(await Promise.all(contents));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
