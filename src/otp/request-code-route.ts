import { clientKey } from '../http/client-address.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { OtpRouteDeps } from './otp-routes.ts';
import { codeRequest, requestedCode } from './otp-schemas.ts';

/** `POST /v1/otp` */
export function requestCodeRoute({ otp }: OtpRouteDeps): Route {
  return defineRoute({
    method: 'post',
    path: '/v1/otp',
    operationId: 'requestCode',
    summary: 'Send a one-time code',
    description:
      'Sends a code to an e-mail address or a telephone number. The answer is the same whether or not the address ' +
      'exists or can be reached. Another code may be asked for after 30, 60 and then 120 seconds.',
    tag: 'codes',
    access: 'public',
    body: codeRequest,
    responses: {
      202: {
        description: 'A code is on its way, if it can be.',
        content: { 'application/json': requestedCode },
      },
    },
    problems: ['rate_limited', 'channel_unavailable', 'store_unavailable'],
    async handle({ body, req }) {
      return { status: 202, body: await otp.request(body, clientKey(req.ip)) };
    },
  });
}
