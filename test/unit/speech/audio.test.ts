import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { parseBuffer } from 'music-metadata';
import { contentTypes, joinAudio, millisecondsOf } from '../../../src/speech/audio.ts';
import { mp3Frames } from '../../../src/speech/mp3-frames.ts';
import type { SpeechFormat } from '../../../src/speech/speech-synthesizer.ts';
import { readWav } from '../../../src/speech/wav.ts';
import { silentMp3, silentPcm, wavOf } from '../../support/silent-audio.ts';
import { silentVorbis } from '../../support/silent-vorbis.ts';

async function join(format: SpeechFormat, pieces: Buffer[]): Promise<Buffer> {
  const asked: number[] = [];
  const read = async (index: number) => {
    asked.push(index);
    return pieces[index] ?? assert.fail();
  };
  const sizes = pieces.map(({ length }) => ({ bytes: length }));
  const joined = await buffer(joinAudio(format, sizes, read));
  assert.deepEqual(asked, [...pieces.keys()]);
  return joined;
}

/** As a player that counts everything sees it. */
async function playedMilliseconds(format: SpeechFormat, file: Buffer): Promise<number> {
  const { format: found } = await parseBuffer(file, { mimeType: contentTypes[format] }, { duration: true });
  return Math.round((found.duration ?? 0) * 1000);
}

async function sumOf(format: SpeechFormat, pieces: Buffer[]): Promise<number> {
  const lengths = await Promise.all(pieces.map((piece) => millisecondsOf(format, piece)));
  return lengths.reduce((sum, length) => sum + length, 0);
}

describe('MP3', () => {
  const pieces = [
    silentMp3(4800, 24_000),
    silentMp3(2400, 24_000, { tagged: false }),
    silentMp3(24, 24_000),
    silentMp3(9600, 24_000),
  ];

  it('is as long as its frames, whatever its tags say', async () => {
    assert.equal(await millisecondsOf('mp3', silentMp3(4800, 24_000)), 4800);
    assert.equal(await millisecondsOf('mp3', silentMp3(4800, 24_000, { tagged: false })), 4800);
  });

  it('joined is as long as its pieces together', async () => {
    const joined = await join('mp3', pieces);
    assert.equal(await sumOf('mp3', pieces), 16_824);
    assert.equal(await millisecondsOf('mp3', joined), 16_824);
    assert.equal(await playedMilliseconds('mp3', joined), 16_824);
  });

  it('joined has no tag of a piece, and no frame that tells the length of one', async () => {
    const joined = await join('mp3', pieces);
    for (const word of ['ID3', 'Info', 'Xing', 'VBRI']) assert.equal(joined.includes(word), false, word);
    assert.equal(joined.length, (16_824 / 24) * 144);
  });

  it('loses a tag at the end and half a frame', () => {
    const { frames } = mp3Frames(silentMp3(48, 24_000));
    const tag = Buffer.concat([Buffer.from('TAG'), Buffer.alloc(125)]);
    assert.deepEqual(mp3Frames(Buffer.concat([frames, tag])).frames, frames);
    assert.deepEqual(mp3Frames(frames.subarray(0, -1)).frames, frames.subarray(0, -144));
  });

  it('is not joined of pieces that differ, or of something else', async () => {
    await assert.rejects(join('mp3', [silentMp3(100, 24_000), silentMp3(100, 22_050)]), /piece 1 is/);
    for (const wrong of ['', 'ID3', 'no audio at all', 'ID3\u0004\0\0\u007f\u007f\u007f\u007f']) {
      await assert.rejects(join('mp3', [Buffer.from(wrong, 'latin1')]), /no MP3 frame/);
      await assert.rejects(millisecondsOf('mp3', Buffer.from(wrong, 'latin1')));
    }
  });
});

describe('WAV', () => {
  const pieces = [4800, 100, 0.0625, 9000].map((length) => wavOf(silentPcm(length, 16_000), 16_000));

  it('joined has one head with the true sizes, and is as long as its pieces together', async () => {
    const joined = await join('wav', pieces);
    assert.equal(joined.readUInt32LE(4), joined.length - 8);
    assert.equal(joined.readUInt32LE(40), joined.length - 44);
    assert.equal(joined.length, 44 + pieces.reduce((sum, piece) => sum + piece.length - 44, 0));
    assert.equal(await millisecondsOf('wav', joined), 13_900);
    assert.equal(joined.lastIndexOf('RIFF'), 0);
  });

  it('keeps the samples as they are, in their order', async () => {
    const ones = wavOf(Buffer.alloc(200, 1), 16_000);
    const twos = wavOf(Buffer.alloc(300, 2), 16_000);
    const joined = await join('wav', [ones, twos]);
    assert.deepEqual(joined.subarray(44), Buffer.concat([Buffer.alloc(200, 1), Buffer.alloc(300, 2)]));
  });

  it('that claims to be endless ends where the file does', () => {
    const file = wavOf(Buffer.alloc(202), 16_000);
    file.writeUInt32LE(0x7f_ff_f0_00, 40);
    assert.equal(readWav(file).pcm.length, 202);
    assert.equal(readWav(file.subarray(0, -1)).pcm.length, 200);
  });

  it('is not joined of pieces that differ, or of something else', async () => {
    const other = wavOf(silentPcm(100, 22_050), 22_050);
    await assert.rejects(join('wav', [pieces[0] ?? other, other]), /piece 1 is not like the first/);
    const short = (pieces[0] ?? other).subarray(0, -2);
    await assert.rejects(
      buffer(joinAudio('wav', [{ bytes: short.length + 2 }], async () => short)),
      /piece 0 is not like the first/,
    );
    await assert.rejects(join('wav', [Buffer.from('RIFFxxxxWAVE')]), /without PCM/);
    await assert.rejects(join('wav', [Buffer.from('no audio')]), /no WAV/);
  });
});

describe('Ogg', () => {
  const pieces = [
    silentVorbis(4800, 24_000, 7),
    silentVorbis(12_000, 24_000, 7),
    silentVorbis(10, 24_000, 8),
  ];

  it('joined is as long as its pieces together', async () => {
    const joined = await join('ogg', pieces);
    assert.equal(await sumOf('ogg', pieces), 16_810);
    assert.equal(await millisecondsOf('ogg', joined), 16_810);
  });

  it('joined is one stream: one beginning, one end, pages counted through, positions that rise', async () => {
    const joined = await join('ogg', pieces);
    const pages: { flags: number; position: number; serial: number; number: number }[] = [];
    for (let at = joined.indexOf('OggS'); at >= 0; at = joined.indexOf('OggS', at + 4)) {
      pages.push({
        flags: joined[at + 5] ?? 0,
        position: Number(joined.readBigUInt64LE(at + 6)),
        serial: joined.readUInt32LE(at + 14),
        number: joined.readUInt32LE(at + 18),
      });
    }
    assert.deepEqual(
      pages.map(({ flags }) => flags),
      [2, ...Array(pages.length - 2).fill(0), 4],
    );
    assert.deepEqual(
      pages.map(({ number }) => number),
      [...pages.keys()],
    );
    assert.deepEqual(new Set(pages.map(({ serial }) => serial)), new Set([1]));
    const positions = pages.map(({ position }) => position);
    assert.deepEqual(
      positions,
      positions.toSorted((a, b) => a - b),
    );
    assert.equal(positions.at(-1), (16_810 * 24_000) / 1000);
  });

  it('has the checksums right on every page', async () => {
    // The pages of the one that is made as a whole have theirs from another program than the one that is tested.
    assert.deepEqual(await join('ogg', [silentVorbis(4800, 24_000, 7)]), silentVorbis(4800, 24_000, 1));
  });

  it('is not joined of pieces that differ, of something else, or of what broke off', async () => {
    const slower = silentVorbis(4800, 22_050);
    await assert.rejects(join('ogg', [...pieces, slower]), /not encoded like the first/);
    await assert.rejects(
      join('ogg', [Buffer.from('no audio at all, and longer than a head')]),
      /no Ogg page/,
    );
    await assert.rejects(join('ogg', [silentVorbis(4800, 24_000).subarray(0, -1)]), /ends within a page/);
    await assert.rejects(join('ogg', [silentVorbis(4800, 24_000).subarray(0, 58)]), /without sound/);
    await assert.rejects(join('ogg', [Buffer.alloc(0)]), /without sound/);
  });
});
