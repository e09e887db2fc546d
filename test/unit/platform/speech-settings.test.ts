import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadConfig } from '../../../src/config.ts';
import { openAwsPlatform } from '../../../src/platform/aws/open-aws-platform.ts';
import type { SpeechSynthesizer } from '../../../src/speech/speech-synthesizer.ts';
import { startPollyStandIn } from '../../support/polly-stand-in.ts';

const env = {
  INLET_PLATFORM: 'aws',
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  INLET_LINK_SECRETS: 'a secret that is only good for tests',
  INLET_BUCKET: 'bucket',
  INLET_TABLE: 'table',
  INLET_TOPIC_ARN: 'arn:aws:sns:us-east-1:000000000000:topic',
};

/** Uses the synthesizer of a platform that was opened with these settings as well. */
async function withSynthesizer(
  settings: Record<string, string>,
  use: (synthesizer: SpeechSynthesizer) => Promise<void>,
): Promise<void> {
  const all = { ...env, ...settings };
  const config = loadConfig(all);
  if (config.INLET_PLATFORM !== 'aws') throw new Error('expected the aws platform');
  const platform = await openAwsPlatform(config, {
    clock: () => new Date(),
    log: { warn() {} },
    env: all,
  });
  try {
    await use(platform.synthesizer);
  } finally {
    await platform.close();
  }
}

describe('INLET_SPEECH', () => {
  it('off asks nothing of Polly, and every call says that there is no speech', async () => {
    const standIn = await startPollyStandIn();
    try {
      await withSynthesizer({ ...standIn.env, INLET_SPEECH: 'off' }, async (synthesizer) => {
        const piece = {
          kind: 'text',
          content: 'x',
          voice: 'Joanna',
          engine: 'neural',
          language: 'en-US',
          format: 'mp3',
        } as const;
        const { signal } = new AbortController();
        const refused = { code: 'speech_unavailable' };
        await assert.rejects(synthesizer.voices(), refused);
        await assert.rejects(synthesizer.synthesize(piece, signal), refused);
        await assert.rejects(synthesizer.marks(piece, signal), refused);
      });
      assert.equal(standIn.voicePages(), 0);
      assert.deepEqual(standIn.calls, []);
    } finally {
      await standIn.stop();
    }
  });

  it('polly, the default, asks the endpoint that the environment names', async () => {
    const standIn = await startPollyStandIn();
    try {
      await withSynthesizer(standIn.env, async (synthesizer) => {
        assert.ok((await synthesizer.voices()).length > 0);
      });
      assert.ok(standIn.voicePages() > 0);
    } finally {
      await standIn.stop();
    }
  });
});
