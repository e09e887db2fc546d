import { type Express, type Request, type RequestHandler, type Response, Router } from 'express';
import { AppError } from '../app-error.ts';
import { type AccessDeps, requireAccess, trustCaller } from './api-keys.ts';
import { type BodyGuardOptions, guardBody } from './body-guard.ts';
import { letBodyCome } from './continue.ts';
import { hasUnreadBody } from './drain-body.ts';
import { sendProblem } from './problem.ts';
import type { RateLimiter } from './rate-limit.ts';
import { rateLimit } from './rate-limits.ts';
import { jsonObject, readText } from './read-body.ts';
import type { Route } from './route.ts';
import { parseBody, parseQuery } from './validate.ts';

export interface MountDeps {
  access: AccessDeps;
  /** By the name that a route's `rateLimit` gives. One that is missing is no limit. */
  rateLimiters: Record<string, RateLimiter | undefined>;
  rateLimited(name: string): void;
  bodyGuard: BodyGuardOptions;
}

/** Bytes of a JSON body: 10 000 characters of feedback as `\u` escapes of surrogate pairs, and some more. */
const maxJsonBytes = 256 * 1024;

/** Everything that can be refused before the body is read, cheapest first. */
function gate(route: Route, deps: MountDeps): RequestHandler[] {
  const limiter = route.rateLimit ? deps.rateLimiters[route.rateLimit] : undefined;
  const produced = Object.entries(route.responses)
    .filter(([status]) => Number(status) < 400)
    .flatMap(([, { content }]) => Object.keys(content ?? {}));
  const checks: RequestHandler = (req, res, next) => {
    res.locals.route = route.path;
    const wildcard = produced.length === 0 || produced.includes('*/*');
    if (!wildcard && !req.accepts(produced))
      throw new AppError('not_acceptable', `It answers with ${produced.join(', ')}.`);
    if (req.headers.expect && !/^100-continue$/i.test(req.headers.expect))
      throw new AppError('expectation_failed');
    const encoding = req.get('content-encoding') ?? 'identity';
    if (!/^identity$/i.test(encoding)) {
      throw new AppError('unsupported_media_type', `A body with Content-Encoding ${encoding} is not taken.`);
    }
    const maxBytes = route.maxBodyBytes?.(req) ?? maxJsonBytes;
    if (Number(req.headers['content-length'] ?? 0) > maxBytes) {
      throw new AppError('too_large', `The body may have at most ${maxBytes} bytes.`);
    }
    next();
  };
  return [
    checks,
    // Before the limit by address, which is not for those who are trusted: their plan limits them.
    ...(route.trusts ? [trustCaller(route.trusts, deps.access)] : []),
    ...(limiter && route.rateLimit
      ? [unlessTrusted(rateLimit(limiter, () => deps.rateLimited(route.rateLimit as string)))]
      : []),
    ...(route.access === 'public' ? [] : [requireAccess(route.access, deps.access)]),
  ];
}

function unlessTrusted(limit: RequestHandler): RequestHandler {
  return (req, res, next) => (res.locals.trusted === true ? next() : limit(req, res, next));
}

function parseParams(route: Route, req: Request): unknown {
  const parsed = route.params?.safeParse(req.params);
  if (parsed && !parsed.success) throw new AppError(route.missing ?? 'not_found');
  return parsed?.data;
}

/**
 * The signal of a request: aborts, with the problem as its reason, when the client goes away or stalls, or
 * when its message turns out to be broken. A client that is still there gets the problem at once.
 */
function watchClient(req: Request, res: Response, options: BodyGuardOptions): AbortSignal {
  const controller = new AbortController();
  const giveUp = (error: AppError) => {
    controller.abort(error);
    res.set('Connection', 'close');
    // Node forgets a request once it is answered: whoever still waits for its bytes would wait for ever.
    res.once('close', () => req.destroy(error));
    void sendProblem(req, res, error, { drain: false });
  };
  const stop = hasUnreadBody(req) ? guardBody(req, options, giveUp) : () => {};
  res.once('broken', giveUp);
  req.once('error', (cause) => controller.abort(new AppError('incomplete_body', undefined, { cause })));
  res.once('close', () => {
    stop();
    if (!res.writableFinished) controller.abort(new AppError('incomplete_body', 'The client went away.'));
  });
  return controller.signal;
}

function endpoint(route: Route, deps: MountDeps): RequestHandler {
  return async (req, res) => {
    // Gone while the gate asked a store: what would tell of it from here on has happened already.
    if (res.destroyed) throw new AppError('incomplete_body', 'The client went away.');
    const params = parseParams(route, req);
    const query = route.query && parseQuery(route.query, req.query);
    letBodyCome(req, res);
    const signal = watchClient(req, res, deps.bodyGuard);
    const maxBytes = route.maxBodyBytes?.(req) ?? maxJsonBytes;
    const body = route.body && parseBody(route.body, jsonObject(await readText(req, ['json'], maxBytes)));
    const { caller, trusted = false } = res.locals;
    const reply = await route.handle({
      params,
      query,
      body,
      req,
      res,
      log: req.log,
      caller,
      trusted,
      signal,
    });
    if (!reply) return;
    res.status(reply.status).set(reply.headers ?? {});
    if (!res.getHeader('Cache-Control')) res.set('Cache-Control', 'no-store');
    if (reply.body === undefined) res.end();
    else res.json(reply.body);
  };
}

/** Answers every other method of a path that exists: with `Allow`, as RFC 9110 section 15.5.6 asks for. */
export function otherMethods(path: string, methods: string[]): RequestHandler {
  const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
  return (req, res) => {
    res.locals.route = path;
    if (req.method !== 'OPTIONS')
      throw new AppError('method_not_allowed', `Use ${allow}.`, { headers: { Allow: allow } });
    res.status(204).set('Allow', allow).end();
  };
}

/** Puts the routes into the application, each behind the checks that its definition asks for. */
export function mountRoutes(app: Express, routes: Route[], deps: MountDeps): void {
  const router = Router({ caseSensitive: true, strict: true });
  // Path by path, so that a fixed path keeps all of its methods from a later `{id}` that it would match.
  for (const path of new Set(routes.map((route) => route.path))) {
    const own = routes.filter((route) => route.path === path);
    for (const route of own) {
      router[route.method](expressPath(path), ...gate(route, deps), endpoint(route, deps));
    }
    const methods = own.map((route) => route.method.toUpperCase());
    router.all(expressPath(path), otherMethods(path, methods));
  }
  app.use(router);
}

function expressPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1');
}
