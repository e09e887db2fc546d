import { AppError } from '../app-error.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { UsageRouteDeps } from './usage-routes.ts';
import { usageSchema, usageView } from './usage-view.ts';

/** `GET /v1/usage` */
export function ownUsageRoute({ keys, plans, meter, clock }: UsageRouteDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/usage',
    operationId: 'getOwnUsage',
    summary: 'What the caller has used, and what it has left',
    description:
      'For every key and token, whatever its scopes. This request counts too; without a plan, requests are counted ' +
      'in the background, so that the last ones may be missing.',
    tag: 'keys',
    access: 'any key',
    responses: { 200: { description: 'The usage.', content: { 'application/json': usageSchema } } },
    problems: ['store_unavailable'],
    async handle({ caller }) {
      if (!caller) throw new AppError('unauthorized');
      const plan = caller.plan === undefined ? undefined : await plans.get(caller.plan);
      const name = (await keys.get(caller.id))?.name;
      return { status: 200, body: await usageView({ key: caller.id, name, plan }, { meter, now: clock() }) };
    },
  });
}
