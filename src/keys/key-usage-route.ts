import { z } from 'zod';
import { AppError } from '../app-error.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { UsageRouteDeps } from './usage-routes.ts';
import { usageSchema, usageView } from './usage-view.ts';

/** `GET /v1/keys/{id}/usage` */
export function keyUsageRoute({ keys, plans, meter, clock }: UsageRouteDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/keys/{id}/usage',
    operationId: 'getKeyUsage',
    summary: 'What a key has used, and what it has left',
    description: 'Revoked keys too. Requests of keys without a plan are counted in the background.',
    tag: 'keys',
    access: { scope: 'keys:read' },
    params: z.object({ id: z.string().regex(/^[0-9a-f]{12}$/) }),
    missing: 'key_not_found',
    responses: { 200: { description: 'The usage.', content: { 'application/json': usageSchema } } },
    problems: ['key_not_found', 'store_unavailable'],
    async handle({ params }) {
      const key = await keys.get(params.id);
      if (!key) throw new AppError('key_not_found');
      const plan = key.plan === undefined ? undefined : await plans.get(key.plan);
      return {
        status: 200,
        body: await usageView({ key: key.id, name: key.name, plan }, { meter, now: clock() }),
      };
    },
  });
}
