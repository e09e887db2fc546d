import { settings } from '../../../src/settings.ts';
import type { Check } from './checks.ts';

/** What AWS says about the senders of codes. */
export interface SenderFacts {
  /** Subscriptions to a topic, by AWS's count, which may lag. Undefined if there is no such topic. */
  subscriptions(topicArn: string): Promise<{ confirmed: number; pending: number } | undefined>;
  /** Whether SES sends to everybody rather than to verified addresses only, and whether it sends at all. */
  ses(): Promise<{ hasProductionAccess: boolean; isSending: boolean }>;
  /** Whether SMS go to verified numbers only; AWS's own limit in US dollars a month, if it says. */
  sms(): Promise<{ isSandboxed: boolean; monthlyLimitUsd: number | undefined }>;
}

/**
 * Filter policies that a topic takes by default; each address has one. Source: "Amazon Simple Notification Service
 * endpoints and quotas" in the AWS General Reference. It can be raised.
 */
const mostFilterPolicies = 200;
const warnFrom = 0.8;

/** Whether visitors can get codes through the senders that the settings turn on. Asks nothing about the others. */
export async function senderChecks(env: Record<string, string>, facts: SenderFacts): Promise<Check[]> {
  const { INLET_OTP_EMAIL: email, INLET_OTP_TOPIC_ARN: topicArn, INLET_OTP_SMS: sms } = env;
  const checks: Promise<Check>[] = [];
  if (email === 'sns' && topicArn) checks.push(topicCheck(topicArn, facts));
  if (email === 'ses') checks.push(sesCheck(facts));
  if (sms === 'sns') checks.push(smsCheck(env.INLET_SMS_MONTHLY_USD, facts));
  return Promise.all(checks);
}

async function topicCheck(topicArn: string, facts: SenderFacts): Promise<Check> {
  const name = 'codes topic';
  const found = await facts.subscriptions(topicArn);
  if (!found) return { name, ok: false, detail: `there is no topic ${topicArn}` };
  const { confirmed, pending } = found;
  const taken = confirmed + pending;
  const counted = `${taken} of ${mostFilterPolicies} addresses (${pending} not confirmed)`;
  if (taken < warnFrom * mostFilterPolicies) return { name, ok: true, detail: counted };
  const advice = 'delete subscriptions, ask AWS for a higher quota, or set INLET_OTP_EMAIL=ses';
  return taken < mostFilterPolicies
    ? { name, ok: true, detail: `warning: ${counted}; ${advice}` }
    : {
        name,
        ok: false,
        detail: `${counted}: new ones get no codes unless AWS has raised the quota; ${advice}`,
      };
}

async function sesCheck(facts: SenderFacts): Promise<Check> {
  const name = 'SES';
  const { hasProductionAccess, isSending } = await facts.ses();
  if (!isSending)
    return { name, ok: false, detail: 'sending is paused for this account; the SES console says why' };
  return hasProductionAccess
    ? { name, ok: true, detail: 'sends to everybody' }
    : {
        name,
        ok: false,
        detail:
          'in the sandbox it sends to verified addresses only; request production access in the SES console',
      };
}

async function smsCheck(budget: string | undefined, facts: SenderFacts): Promise<Check> {
  const name = 'SMS';
  const { isSandboxed, monthlyLimitUsd } = await facts.sms();
  if (isSandboxed) {
    const detail =
      'in the sandbox SNS sends to verified numbers only; leave it in the SNS console, under SMS';
    return { name, ok: false, detail };
  }
  const ours = settings.aws.shape.INLET_SMS_MONTHLY_USD.safeParse(budget).data ?? 0;
  if (monthlyLimitUsd !== undefined && monthlyLimitUsd < ours) {
    const limits = `INLET_SMS_MONTHLY_USD is ${ours}, and AWS stops at ${monthlyLimitUsd} dollars a month`;
    return { name, ok: true, detail: `warning: ${limits}; ask AWS for a higher quota` };
  }
  return {
    name,
    ok: true,
    detail: ours === 0 ? 'stopped: INLET_SMS_MONTHLY_USD is 0' : 'SNS sends to everybody',
  };
}
