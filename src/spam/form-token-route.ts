import { z } from 'zod';
import { formName } from '../feedback/feedback-schemas.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { SpamProtection } from './spam-protection.ts';

const ticket = z
  .object({
    token: z.string().meta({ description: 'To send as `token`; in forms `_token`.' }),
    expiresAt: z.iso.datetime(),
    minSeconds: z.number().int().meta({ description: 'A form that is sent sooner is suspicious.' }),
    maxSeconds: z.number().int().meta({ description: 'How long the token is good.' }),
    pow: z
      .looseObject({
        parameters: z.looseObject({
          algorithm: z.literal('SHA-256'),
          nonce: z.string(),
          salt: z.string(),
          cost: z.number().int(),
          keyPrefix: z.string(),
        }),
        signature: z.string().optional(),
      })
      .meta({
        description: 'A challenge of ALTCHA, version 2. Its solution is sent as `pow`; in forms `_pow`.',
      }),
  })
  .meta({ id: 'FormTicket' });

/** `GET /v1/feedback/form`: what a page needs to send feedback that is not suspicious. */
export function formTokenRoute({ openForm }: Pick<SpamProtection, 'openForm'>): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/feedback/form',
    operationId: 'openForm',
    summary: 'Open a form',
    description:
      'A signed token that says when the form was opened, and a proof of work to solve while the visitor types: ' +
      'find the counter whose SHA-256 of salt, nonce and counter (32 bits, big endian) begins with `keyPrefix`. ' +
      'Feedback without them is kept in quarantine. Neither sets a cookie, and both are good once.',
    tag: 'feedback',
    access: 'public',
    rateLimit: 'feedback-forms',
    query: z.object({ form: formName.default('feedback').meta({ description: 'The name of the form.' }) }),
    responses: { 200: { description: 'The form is open.', content: { 'application/json': ticket } } },
    problems: [],
    async handle({ query }) {
      return { status: 200, body: await openForm(query.form) };
    },
  });
}
