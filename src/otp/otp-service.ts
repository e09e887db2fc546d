import { createCodeDelivery } from './code-delivery.ts';
import { createRequestCode, type RequestCodeDeps } from './request-code.ts';
import { createVerifyCode, type VerifyCodeDeps } from './verify-code.ts';

export type OtpService = ReturnType<typeof createOtpService>;

type DeliveryDeps = Parameters<typeof createCodeDelivery>[0];
export type OtpServiceDeps = Omit<RequestCodeDeps, 'delivery'> & VerifyCodeDeps & DeliveryDeps;

/** One-time codes: whoever can tell the code could read at the address just now, and nothing more is claimed. */
export function createOtpService(deps: OtpServiceDeps) {
  const delivery = createCodeDelivery(deps);
  return {
    request: createRequestCode({ ...deps, delivery }),
    verify: createVerifyCode(deps),
    /** Waits for the codes that are being sent. */
    flush: delivery.flush,
  };
}
