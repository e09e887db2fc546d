import type { BearerTokens } from '../../src/http/bearer-tokens.ts';
import { createBearerTokens } from '../../src/tokens/create-bearer-tokens.ts';
import type { TokenSettings } from '../../src/tokens/token-setting-mistakes.ts';

/** `createBearerTokens` with a clock that stands still until it is told otherwise. */
export function tokenJudge(settings: Partial<TokenSettings>, albKeysUrl?: string) {
  let now = Math.floor(Date.now() / 1000);
  const warnings: string[] = [];
  const tokens = createBearerTokens(
    { INLET_JWT_SCOPE_CLAIM: 'scope', INLET_JWT_SCOPE_PREFIX: '', ...settings },
    {
      clock: () => new Date(now * 1000),
      fetch,
      log: { warn: (_: unknown, message?: string) => void warnings.push(String(message)) },
      ...(albKeysUrl && { albKeysUrl }),
    },
  );
  const identify: BearerTokens['identify'] = async (headers) => tokens?.identify(headers);
  return {
    identify,
    bearer: (token: string) => identify({ authorization: `Bearer ${token}` }),
    warnings,
    /** Seconds since 1970, as in tokens. */
    now: () => now,
    pass(seconds: number) {
      now += seconds;
    },
  };
}
