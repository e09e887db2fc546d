import type { CodeMessage } from './code-sender.ts';

type Said = Pick<CodeMessage, 'code' | 'lifetimeSeconds'>;

const lifetime = (seconds: number) => {
  const minutes = Math.max(1, Math.floor(seconds / 60));
  return minutes === 1 ? '1 minute' : `${minutes} minutes`;
};

/**
 * An e-mail with a code. The subject does not have it: subjects are shown in lists and on locked screens, where
 * others can read them.
 */
export function emailText(message: Said, site: string): { subject: string; text: string } {
  const { code, lifetimeSeconds } = message;
  return {
    subject: `Your code for ${site}`,
    text: [
      `Your code for ${site} is:`,
      '',
      `    ${code}`,
      '',
      `It is good for ${lifetime(lifetimeSeconds)}, once. Type it only into the page that you asked for it on.`,
      '',
      'If you did not ask for it, ignore this message; nobody can use it without the code.',
      '',
    ].join('\n'),
  };
}

/**
 * A text message with a code. With a domain its last line binds the code to that site, so that a phone offers it
 * there and nowhere else ("Origin-bound one-time codes delivered via SMS", WICG). All characters but those of the
 * site's name are in the GSM 7-bit alphabet (3GPP TS 23.038), in which one message has 160: a site's name of the
 * greatest length leaves 63 for the domain.
 */
export function smsText(
  message: Said,
  { site, domain }: { site: string; domain?: string | undefined },
): string {
  const { code, lifetimeSeconds } = message;
  const text = `${code} is your code for ${site}, good for ${lifetime(lifetimeSeconds)}.`;
  return domain === undefined ? text : `${text}\n\n@${domain} #${code}`;
}
