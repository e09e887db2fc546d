/**
 * The host of the page where codes are typed, which a phone checks before it offers a code from an SMS. Undefined
 * if no setting says it: the message then has no line for autofill.
 */
export function codeDomain(config: {
  INLET_OTP_DOMAIN?: string | undefined;
  INLET_PUBLIC_URL?: string | undefined;
}): string | undefined {
  const { INLET_OTP_DOMAIN, INLET_PUBLIC_URL } = config;
  return INLET_OTP_DOMAIN ?? (INLET_PUBLIC_URL && new URL(INLET_PUBLIC_URL).hostname);
}
