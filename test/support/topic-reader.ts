import { type SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';

export interface TopicMessage {
  subject: string;
  text: string;
  attributes: Record<string, string>;
}

export interface TopicReader {
  /** The next message. Waits for it. */
  next(): Promise<TopicMessage>;
  /** Everything that has come by now. */
  waiting(): Promise<TopicMessage[]>;
}

/** Reads what a topic lets through to a subscriber with this filter policy, by a queue of its own. */
export async function readTopic(
  { sns, sqs }: { sns: SNSClient; sqs: SQSClient },
  { topicArn, filterPolicy, queue }: { topicArn: string; filterPolicy: object; queue: string },
): Promise<TopicReader> {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: queue }));
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  );
  await sns.send(
    new SubscribeCommand({
      TopicArn: topicArn,
      Protocol: 'sqs',
      Endpoint: Attributes?.QueueArn,
      Attributes: { FilterPolicy: JSON.stringify(filterPolicy) },
    }),
  );

  async function receive(MaxNumberOfMessages: number, WaitTimeSeconds: number): Promise<TopicMessage[]> {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages, WaitTimeSeconds }),
    );
    for (const { ReceiptHandle } of Messages)
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    return Messages.map(({ Body = '' }) => openEnvelope(Body));
  }

  return {
    async next() {
      for (;;) {
        const [message] = await receive(1, 5);
        if (message) return message;
      }
    },
    waiting: () => receive(10, 0),
  };
}

function openEnvelope(body: string): TopicMessage {
  const { Message, Subject, MessageAttributes = {} } = JSON.parse(body);
  const attributes = Object.entries(MessageAttributes as Record<string, { Value: string }>);
  return {
    subject: Subject,
    text: Message,
    attributes: Object.fromEntries(attributes.map(([name, { Value }]) => [name, Value])),
  };
}
