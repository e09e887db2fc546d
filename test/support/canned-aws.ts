import assert from 'node:assert/strict';
import { afterEach } from 'node:test';
import { loadConfig } from '../../src/config.ts';
import type { CodeMessage, CodeSender } from '../../src/otp/code-sender.ts';
import { createAwsClients } from '../../src/platform/aws/aws-clients.ts';
import { aCodeMessage } from './code-message.ts';
import { type Answering, type RecordedCall, startRecordingProxy } from './recording-proxy.ts';

/** Clients whose calls the test answers itself, as AWS documents it, for answers that no stand-in gives. */
export function cannedAws() {
  const cleanups: (() => unknown)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  return async (answering: Answering) => {
    const proxy = await startRecordingProxy(undefined, answering);
    const env = {
      INLET_PLATFORM: 'aws',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_ENDPOINT_URL: proxy.url,
      INLET_LINK_SECRETS: 'a secret that is only good for tests',
      INLET_BUCKET: 'b',
      INLET_TABLE: 't',
      INLET_TOPIC_ARN: 'arn:aws:sns:us-east-1:123456789012:feedback',
    };
    const config = loadConfig(env);
    assert.ok(config.INLET_PLATFORM === 'aws');
    const clients = createAwsClients(config, env);
    cleanups.push(proxy.stop, clients.destroy);
    const warnings: { details: object; words: string }[] = [];
    const log = { warn: (details: object, words: string) => void warnings.push({ details, words }) };
    return { clients, calls: proxy.calls, log, warnings };
  };
}

export const namesOf = (calls: RecordedCall[]) => calls.map(({ name }) => name);

/** The error with which a sender rejects, which has neither address nor code in it. */
export async function rejection(sender: CodeSender, message: CodeMessage = aCodeMessage()): Promise<Error> {
  const outcome = await sender.send(message).then(
    (sent) => assert.fail(`it resolved with ${sent}`),
    (error: unknown) => error,
  );
  assert.ok(outcome instanceof Error);
  const shown = `${outcome.name} ${outcome.message} ${outcome.stack} ${JSON.stringify(outcome)}`;
  assert.ok(!shown.includes(message.to), 'the address is in the error');
  assert.ok(!shown.includes(message.code), 'the code is in the error');
  return outcome;
}
