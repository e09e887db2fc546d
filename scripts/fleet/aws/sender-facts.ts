import { GetAccountCommand, type SESv2Client } from '@aws-sdk/client-sesv2';
import {
  GetSMSAttributesCommand,
  GetSMSSandboxAccountStatusCommand,
  GetTopicAttributesCommand,
  NotFoundException,
  type SNSClient,
} from '@aws-sdk/client-sns';
import type { SenderFacts } from '../preflight/sender-checks.ts';

/** Reads only, and costs nothing. */
export function createSenderFacts({ sns, ses }: { sns: SNSClient; ses: SESv2Client }): SenderFacts {
  return {
    async subscriptions(topicArn) {
      try {
        const { Attributes } = await sns.send(new GetTopicAttributesCommand({ TopicArn: topicArn }));
        return {
          confirmed: Number(Attributes?.SubscriptionsConfirmed ?? 0),
          pending: Number(Attributes?.SubscriptionsPending ?? 0),
        };
      } catch (error) {
        if (error instanceof NotFoundException) return undefined;
        throw error;
      }
    },
    async ses() {
      const { ProductionAccessEnabled = false, SendingEnabled = false } = await ses.send(
        new GetAccountCommand({}),
      );
      return { hasProductionAccess: ProductionAccessEnabled, isSending: SendingEnabled };
    },
    async sms() {
      const { IsInSandbox = true } = await sns.send(new GetSMSSandboxAccountStatusCommand({}));
      const { attributes } = await sns.send(
        new GetSMSAttributesCommand({ attributes: ['MonthlySpendLimit'] }),
      );
      const limit = attributes?.MonthlySpendLimit;
      return { isSandboxed: IsInSandbox, monthlyLimitUsd: limit === undefined ? undefined : Number(limit) };
    },
  };
}
