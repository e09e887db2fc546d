import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Channel } from '../../src/otp/channel.ts';
import { codeFileName } from '../../src/platform/local/outbox-code-sender.ts';
import type { Inlet } from './start-inlet.ts';
import { until } from './until.ts';

interface Asked {
  to: string;
  purpose: string;
  channel?: Channel;
}

/** The code in the outbox folder of a data folder that answers the request with this id. */
export function codeInOutbox(dataDir: string, id: string): Promise<string> {
  return until(async () => {
    const file = path.join(dataDir, 'outbox', codeFileName(id));
    const letter = await readFile(file, 'utf8').catch(() => '');
    return /(?<!\d)\d{6}(?:\d\d)?(?!\d)/.exec(letter.replace(/^To:.*/m, ''))?.[0];
  });
}

/** Verifies an address as its owner does: asks for a code, reads the message, types the code. Gives the proof. */
export async function verifyAddress(
  inlet: Pick<Inlet, 'fetch' | 'dataDir'>,
  { to, purpose, channel = 'email' }: Asked,
): Promise<string> {
  const post = async (target: string, body: object, status: number) => {
    const answer = await inlet.fetch(target, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    assert.equal(answer.status, status, await answer.clone().text());
    return (await answer.json()) as { id: string; proof: string };
  };
  const { id } = await post('/v1/otp', { channel, to, purpose }, 202);
  const code = await codeInOutbox(inlet.dataDir, id);
  return (await post(`/v1/otp/${id}/verify`, { code }, 200)).proof;
}
