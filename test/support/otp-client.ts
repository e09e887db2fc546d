import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { codeFileName } from '../../src/platform/local/outbox-code-sender.ts';
import type { Inlet } from './start-inlet.ts';
import { until } from './until.ts';

export interface RequestedCode {
  id: string;
  expiresAt: string;
  resendAfter: string;
  notice?: string;
}

/** The calls of codes, as a visitor's page makes them, and a look into the outbox folder. */
export function otpClient(inlet: Pick<Inlet, 'fetch' | 'dataDir'>) {
  const post = (target: string, body: unknown, headers: Record<string, string> = {}) =>
    inlet.fetch(target, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const request = (body: unknown, headers?: Record<string, string>) => post('/v1/otp', body, headers);

  /** The whole message with the code, once it has been sent. */
  const letter = (id: string): Promise<string> => {
    const file = path.join(inlet.dataDir, 'outbox', codeFileName(id));
    return until(() => (existsSync(file) ? readFileSync(file, 'utf8') : undefined));
  };

  return {
    request,
    verify: (id: string, code: string) => post(`/v1/otp/${id}/verify`, { code }),
    letter,

    /** Asks for a code and reads it. */
    async receive(to: string): Promise<RequestedCode & { code: string }> {
      const answer = await request({ channel: to.includes('@') ? 'email' : 'sms', to });
      assert.equal(answer.status, 202, await answer.clone().text());
      const requested = (await answer.json()) as RequestedCode;
      const code = /^ *(\d{6,8})\b/m.exec(await letter(requested.id))?.[1];
      return { ...requested, code: code ?? assert.fail('there is no code in the message') };
    },
  };
}
