import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { scopes } from './key-store.ts';

/** An address alone is a network of one. IPv4 in IPv6 form is IPv4, because that is how clients are seen. */
const network = z.string().transform((text, context) => {
  try {
    // Old notations, such as `10.1` or the octal `010.0.0.0/8`, mean other networks than they seem to.
    if (isIP(text.replace(/\/.*/, '')) === 0 || text.includes('%')) throw new RangeError('no address');
    if (ipaddr.isValid(text)) {
      const address = ipaddr.process(text);
      return `${address}/${address.kind() === 'ipv4' ? 32 : 128}`;
    }
    const [address, bits] = ipaddr.parseCIDR(text);
    if (!(address instanceof ipaddr.IPv6) || !address.isIPv4MappedAddress()) return `${address}/${bits}`;
    if (bits >= 96) return `${address.toIPv4Address()}/${bits - 96}`;
  } catch {
    // The message below says it.
  }
  context.addIssue({ code: 'custom', message: `expected a network such as 192.0.2.0/24, not ${text}` });
  return z.NEVER;
});

const origin = z.string().refine((text) => URL.canParse(text) && new URL(text).origin === text, {
  error: 'expected an origin such as https://www.example.org, without a path',
});

/** What every plan must be. The largest bucket fills in over 30 years, so that its time stays a safe integer. */
export const planSchema = z.object({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]{0,63}$/i, 'expected letters, digits, hyphens and underscores')
    .refine((name) => name !== 'none', 'expected another name: "none" stands for no plan'),
  rate: z
    .number()
    .min(0.0001, 'expected at least 0.0001 requests a second')
    .max(10_000, 'expected at most 10000 requests a second'),
  burst: z
    .int('expected a whole number')
    .min(1, 'expected at least 1')
    .max(100_000, 'expected at most 100000'),
  quota: z
    .int('expected a whole number')
    .min(1, 'expected at least 1')
    .max(1e12, 'expected at most a million millions')
    .optional(),
  scopes: z.array(z.enum(scopes, { error: ({ input }) => `there is no scope ${input}` })).optional(),
  origins: z.array(origin).min(1, 'expected at least one origin').optional(),
  sources: z.array(network).min(1, 'expected at least one network').optional(),
});
