import type { Request, RequestHandler, Response } from 'express';
import { AppError } from '../app-error.ts';
import type { KeyService } from '../keys/key-service.ts';
import type { Scope } from '../keys/key-store.ts';
import type { Plan } from '../keys/plan.ts';
import type { KeyOutcome } from '../metrics/metric-definitions.ts';
import type { BearerTokens } from './bearer-tokens.ts';
import type { Caller } from './caller.ts';
import { challenge, identifyCaller, nobody } from './identify-caller.ts';
import type { LinkSigner } from './link-signer.ts';
import { type MeterDeps, meterCaller, overLimit } from './meter-caller.ts';
import { checkWhereFrom, hasScope, planOf } from './plan-checks.ts';
import type { Access } from './route.ts';

export interface AccessDeps extends MeterDeps {
  keys: Pick<KeyService, 'authenticate'>;
  /** Missing where no tokens are taken. */
  bearerTokens?: BearerTokens | undefined;
  /** The plan of that name. */
  plan(name: string): Promise<Plan | undefined>;
  links: LinkSigner;
  keyRequest(key: string, outcome: KeyOutcome): void;
}

/**
 * Lets a request through if it has a key or token with the scope, or, where the route allows it, a signed link.
 * Whoever has none of them learns nothing about what exists.
 */
export function requireAccess(access: Exclude<Access, 'public'>, deps: AccessDeps): RequestHandler {
  const { scope, orSignedLink = false } = access === 'any key' ? {} : access;
  return async (req, res, next) => {
    if (orSignedLink && req.get('x-api-key') === undefined && req.query.signature !== undefined) {
      deps.links.verify(req.method, req.path, req.query);
      return next();
    }
    const caller = await identifyCaller(req, deps);
    if (!caller) throw nobody(deps);
    await admit(req, res, caller, scope, deps);
    return next();
  };
}

/** On a public route: marks the request as trusted if it has a key or token with the scope. A bad one is refused. */
export function trustCaller(scope: Scope, deps: AccessDeps): RequestHandler {
  return async (req, res, next) => {
    const caller = await identifyCaller(req, deps);
    if (caller) {
      const plan = await admit(req, res, caller, undefined, deps);
      res.locals.trusted = hasScope(caller, plan, scope);
    }
    next();
  };
}

/** Holds a caller to its plan, what costs least first, and counts the request unless it is refused. */
async function admit(
  req: Request,
  res: Response,
  caller: Caller,
  scope: Scope | undefined,
  deps: AccessDeps,
): Promise<Plan | undefined> {
  res.locals.keyId = caller.id;
  res.locals.caller = caller;
  const plan = await planOf(req, caller, deps.plan);
  const note = (outcome: KeyOutcome) => plan && deps.keyRequest(metricLabel(caller), outcome);
  try {
    if (plan) checkWhereFrom(req, plan);
  } catch (error) {
    note(error instanceof AppError && error.code === 'origin_not_allowed' ? 'origin' : 'source');
    throw error;
  }
  if (scope && !hasScope(caller, plan, scope)) throw lacking(caller, scope, deps);
  const verdict = await meterCaller(req, res, { caller, plan }, deps);
  note(verdict?.reason ?? 'allowed');
  if (plan && verdict?.reason) throw overLimit(verdict, plan);
  return plan;
}

function lacking(caller: Caller, scope: Scope, { bearerTokens }: AccessDeps): AppError {
  const detail = caller.scopes.includes(scope)
    ? `The plan of the caller does not allow the scope ${scope}.`
    : `The caller lacks the scope ${scope}.`;
  const headers = bearerTokens && challenge('insufficient_scope', scope);
  return new AppError('forbidden', detail, headers && { headers });
}

/** Users of an identity provider are any number, and every value of a label is a series for ever: they are one. */
function metricLabel({ id }: Caller): string {
  return id.startsWith('subject:') ? 'subject' : id;
}
