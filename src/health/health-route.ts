import { z } from 'zod';
import { AppError } from '../app-error.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { Lifecycle } from './lifecycle.ts';

/**
 * `GET /health`, for the load balancer. Shallow on purpose: a store that is down must not make every
 * instance look dead at once, since new instances would not help.
 */
export function healthRoute(lifecycle: Lifecycle): Route {
  return defineRoute({
    method: 'get',
    path: '/health',
    operationId: 'health',
    summary: 'Whether this process can serve',
    tag: 'operations',
    access: 'public',
    responses: {
      200: {
        description: 'It can.',
        content: { 'application/json': z.object({ status: z.literal('ok') }), 'text/html': undefined },
      },
    },
    problems: ['draining'],
    async handle() {
      if (lifecycle.draining) throw new AppError('draining');
      return { status: 200, body: { status: 'ok' } };
    },
  });
}
