import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { createPollySynthesizer } from '../../src/platform/aws/polly-synthesizer.ts';
import { noMoto, startMoto } from '../support/moto.ts';

const moto = await startMoto();
after(() => moto?.stop());

// moto checks less of a request than Polly does, and its audio is eight zeros.
if (moto) {
  describe('Polly of moto', () => {
    const synthesizer = createPollySynthesizer({ polly: moto.clients.polly, clock: () => new Date() });
    const never = new AbortController().signal;

    it('has voices with their engines, the usual one first', async () => {
      const voices = await synthesizer.voices();
      assert.ok(voices.length > 50);
      const joanna = voices.find(({ id }) => id === 'Joanna');
      assert.deepEqual(joanna?.languages, ['en-US']);
      assert.equal(joanna.engines[0], 'neural');
    });

    it('answers SynthesizeSpeech with bytes', async () => {
      const piece = {
        kind: 'text',
        content: 'The map is out of date.',
        voice: 'Joanna',
        engine: 'standard',
        language: 'en-US',
        format: 'wav',
      } as const;
      const wav = await synthesizer.synthesize(piece, never);
      assert.equal(wav.length, 44 + 8);
      await assert.rejects(synthesizer.synthesize({ ...piece, content: 'a'.repeat(3001) }, never), {
        code: 'speech_failed',
      });
    });
  });
} else {
  it('Polly of moto', { skip: noMoto });
}
