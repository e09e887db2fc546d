import { GetTopicAttributesCommand, PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { Notifier } from '../../feedback/notifier.ts';
import { toSnsMessage } from './sns-message.ts';

/** Publishes to an SNS topic. Rejects with the SDK's own error, which goes into the ledger of tries. */
export function createSnsNotifier(sns: SNSClient, topicArn: string): Notifier {
  return {
    async publish(notification) {
      const { MessageId } = await sns.send(new PublishCommand(toSnsMessage(topicArn, notification)));
      if (!MessageId) throw new Error('SNS answered without a message id');
      return { messageId: MessageId };
    },

    async check() {
      await sns.send(new GetTopicAttributesCommand({ TopicArn: topicArn }));
    },
  };
}
