import assert from 'node:assert/strict';
import { type Challenge, solveChallenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/sha';
import type { Inlet } from './start-inlet.ts';

export interface Ticket {
  token: string;
  expiresAt: string;
  minSeconds: number;
  maxSeconds: number;
  pow: Challenge;
}

/** Solves a challenge with ALTCHA's own client code, as it is sent. */
export async function solved(challenge: Challenge): Promise<string> {
  const solution = await solveChallenge({ challenge, deriveKey });
  assert.ok(solution, 'it can be solved');
  return Buffer.from(JSON.stringify({ challenge, solution })).toString('base64');
}

export async function openForm(inlet: Pick<Inlet, 'fetch'>, form?: string): Promise<Ticket> {
  const answer = await inlet.fetch(`/v1/feedback/form${form === undefined ? '' : `?form=${form}`}`);
  assert.equal(answer.status, 200, await answer.clone().text());
  return (await answer.json()) as Ticket;
}

/** What a page sends along once it has opened the form and done the work. */
export async function openAndSolve(
  inlet: Pick<Inlet, 'fetch'>,
  form?: string,
): Promise<{ token: string; pow: string }> {
  const { token, pow } = await openForm(inlet, form);
  return { token, pow: await solved(pow) };
}
