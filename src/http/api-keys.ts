import type { RequestHandler } from 'express';
import { AppError } from '../app-error.ts';
import type { KeyService } from '../keys/key-service.ts';
import type { LinkSigner } from './link-signer.ts';
import type { Access } from './route.ts';

interface AccessDeps {
  keys: KeyService;
  links: LinkSigner;
}

/**
 * Lets a request through if it has a key with the scope, or, where the route allows it, a signed link.
 * Whoever has neither learns nothing about what exists.
 */
export function requireAccess(
  access: Exclude<Access, 'public'>,
  { keys, links }: AccessDeps,
): RequestHandler {
  return async (req, res, next) => {
    const secret = req.get('x-api-key');
    if (secret === undefined && access.orSignedLink && req.query.signature !== undefined) {
      links.verify(req.method, req.path, req.query);
      return next();
    }
    if (secret === undefined) throw new AppError('unauthorized', 'Send an API key in X-Api-Key.');
    const key = await keys.authenticate(secret);
    if (!key) throw new AppError('unauthorized', 'The API key is unknown or revoked.');
    res.locals.keyId = key.id;
    if (!key.scopes.includes(access.scope)) {
      throw new AppError('forbidden', `The key lacks the scope ${access.scope}.`);
    }
    return next();
  };
}
