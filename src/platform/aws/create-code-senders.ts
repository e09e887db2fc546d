import type { AwsConfig } from '../../config.ts';
import type { Counters } from '../../ledger/counters.ts';
import { codeDomain } from '../../otp/code-domain.ts';
import type { CodeSender } from '../../otp/code-sender.ts';
import type { Platform } from '../platform.ts';
import type { AwsClients } from './aws-clients.ts';
import { createSesEmailSender } from './ses-email-sender.ts';
import { createSmsBudget } from './sms-budget.ts';
import { createSnsEmailSender } from './sns-email-sender.ts';
import { createSnsSmsSender } from './sns-sms-sender.ts';

interface CodeSendersDeps {
  clients: Pick<AwsClients, 'ses' | 'sns' | 'sms'>;
  counters: Counters;
  clock: () => Date;
  log: { warn(obj: object, msg: string): void };
  /** US dollars that an SMS may have cost. */
  spent: (usd: number) => void;
}

/** The senders that the settings turn on, which must have no mistakes. */
export function createCodeSenders(config: AwsConfig, deps: CodeSendersDeps): Platform['codeSenders'] {
  const email = emailSender(config, deps);
  const sms = config.INLET_OTP_SMS === 'sns' ? smsSender(config, deps) : undefined;
  return { ...(email && { email }), ...(sms && { sms }) };
}

function emailSender(config: AwsConfig, { clients, log }: CodeSendersDeps): CodeSender | undefined {
  const { INLET_OTP_EMAIL, INLET_OTP_FROM, INLET_OTP_TOPIC_ARN, INLET_SITE_NAME: site } = config;
  if (INLET_OTP_EMAIL === 'ses' && INLET_OTP_FROM) {
    return createSesEmailSender({
      ses: clients.ses,
      from: INLET_OTP_FROM,
      configurationSet: config.INLET_SES_CONFIGURATION_SET,
      site,
    });
  }
  if (INLET_OTP_EMAIL === 'sns' && INLET_OTP_TOPIC_ARN) {
    return createSnsEmailSender({ sns: clients.sns, topicArn: INLET_OTP_TOPIC_ARN, site, log });
  }
  return undefined;
}

function smsSender(config: AwsConfig, { clients, counters, clock, log, spent }: CodeSendersDeps): CodeSender {
  const maxPrice = config.INLET_SMS_MAX_PRICE;
  return createSnsSmsSender({
    sns: clients.sms,
    budget: createSmsBudget({
      counters,
      maxPrice,
      monthlyLimit: config.INLET_SMS_MONTHLY_USD,
      clock,
      log,
    }),
    countries: config.INLET_SMS_COUNTRIES,
    maxPrice,
    senderId: config.INLET_SMS_SENDER_ID,
    site: config.INLET_SITE_NAME,
    domain: codeDomain(config),
    spent,
    log,
  });
}
