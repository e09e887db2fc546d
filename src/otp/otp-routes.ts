import type { Route } from '../http/route.ts';
import type { OtpService } from './otp-service.ts';
import { requestCodeRoute } from './request-code-route.ts';
import { verifyCodeRoute } from './verify-code-route.ts';

export interface OtpRouteDeps {
  otp: Pick<OtpService, 'request' | 'verify'>;
}

export function otpRoutes(deps: OtpRouteDeps): Route[] {
  return [requestCodeRoute(deps), verifyCodeRoute(deps)];
}
