import { z } from 'zod';
import { defineRoute, type Route } from '../http/route.ts';
import { challengeId } from './challenge-id.ts';
import type { OtpRouteDeps } from './otp-routes.ts';
import { codeTyped, proofGiven } from './otp-schemas.ts';

/** `POST /v1/otp/{id}/verify` */
export function verifyCodeRoute({ otp }: OtpRouteDeps): Route {
  return defineRoute({
    method: 'post',
    path: '/v1/otp/{id}/verify',
    operationId: 'verifyCode',
    summary: 'Verify an address with its code',
    description:
      'Gives a proof that the caller could read at the address: `address_verified`, which is not authentication. A ' +
      'code is good once, for ten minutes. An address has five tries in ten minutes and twenty in a day, whichever ' +
      'of its codes they are for.',
    tag: 'codes',
    access: 'public',
    params: z.object({ id: challengeId }),
    missing: 'code_not_found',
    body: codeTyped,
    responses: {
      200: { description: 'The address is verified.', content: { 'application/json': proofGiven } },
    },
    problems: [
      'code_not_found',
      'code_used',
      'code_expired',
      'code_wrong',
      'tries_exhausted',
      'store_unavailable',
    ],
    async handle({ params, body }) {
      return { status: 200, body: await otp.verify(params.id, body.code) };
    },
  });
}
