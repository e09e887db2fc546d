import type { Request } from 'express';
import { AppError } from '../app-error.ts';
import type { Scope } from '../keys/key-store.ts';
import type { Plan } from '../keys/plan.ts';
import type { Caller } from './caller.ts';
import { isInNetworks } from './client-address.ts';

/**
 * Refuses a caller whom the plan does not let in from where the request comes. `Origin` is set by browsers and
 * cannot be changed by a page, but a program can send any: the check keeps a key from being used by other pages.
 */
export function checkWhereFrom(req: Request, { origins, sources }: Plan): void {
  if (sources && !isInNetworks(req.ip, sources)) throw new AppError('source_not_allowed');
  const origin = req.get('origin');
  if (origins && origin !== undefined && !origins.includes(origin)) throw new AppError('origin_not_allowed');
}

/** What the caller may do: what the key or token says, as far as the plan allows it. */
export function hasScope(caller: Caller, plan: Plan | undefined, scope: Scope): boolean {
  return caller.scopes.includes(scope) && (plan?.scopes?.includes(scope) ?? true);
}

/**
 * The plan of a caller; undefined if it has none. A plan that was deleted meanwhile lets nobody in: without its
 * limits the key would be more than it was meant to be.
 */
export async function planOf(
  req: Request,
  caller: Caller,
  find: (name: string) => Promise<Plan | undefined>,
): Promise<Plan | undefined> {
  if (caller.plan === undefined) return undefined;
  const plan = await find(caller.plan);
  if (plan) return plan;
  req.log.error({ keyId: caller.id, plan: caller.plan }, 'the plan of a key does not exist');
  throw new AppError('forbidden', `The plan ${caller.plan} of the key does not exist.`);
}
