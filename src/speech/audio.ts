import { parseBuffer } from 'music-metadata';
import { mp3Frames } from './mp3-frames.ts';
import { createOggJoiner } from './ogg-pages.ts';
import type { SpeechFormat } from './speech-synthesizer.ts';
import { readWav, wavHead } from './wav.ts';

export const contentTypes: Readonly<Record<SpeechFormat, string>> = {
  mp3: 'audio/mpeg',
  ogg: 'audio/ogg',
  wav: 'audio/wav',
};

type ReadPiece = (index: number) => Promise<Buffer>;
type Pieces = readonly { bytes: number }[];

/**
 * One file of pieces of speech that one engine made in one way, in their order. Holds one piece in memory at a time:
 * `read` gives it, once for each piece. Throws if a piece is not what its format says, or differs from the first in rate or channels.
 */
export function joinAudio(format: SpeechFormat, pieces: Pieces, read: ReadPiece): AsyncIterable<Uint8Array> {
  if (format === 'mp3') return joinMp3(pieces, read);
  return format === 'ogg' ? joinOgg(pieces, read) : joinWav(pieces, read);
}

async function* joinMp3(pieces: Pieces, read: ReadPiece): AsyncGenerator<Uint8Array> {
  let first: string | undefined;
  for (const index of pieces.keys()) {
    const { frames, kind } = mp3Frames(await read(index));
    first ??= kind;
    if (kind !== first) throw new Error(`piece ${index} is ${kind}, not ${first} as the first`);
    yield frames;
  }
}

async function* joinOgg(pieces: Pieces, read: ReadPiece): AsyncGenerator<Uint8Array> {
  const rewrite = createOggJoiner();
  for (const index of pieces.keys()) yield rewrite(await read(index), index === pieces.length - 1);
}

/** The head comes first and says how much follows, so all pieces must have heads of one length. */
async function* joinWav(pieces: Pieces, read: ReadPiece): AsyncGenerator<Uint8Array> {
  let first: ReturnType<typeof readWav> | undefined;
  for (const [index, { bytes }] of pieces.entries()) {
    const wav = readWav(await read(index));
    if (!first) {
      const { start } = wav;
      yield wavHead(
        wav,
        pieces.reduce((sum, piece) => sum + piece.bytes - start, 0),
      );
    }
    first ??= wav;
    const { start, rate, channels, bits } = first;
    const isAlike = wav.rate === rate && wav.channels === channels && wav.bits === bits;
    if (!isAlike || wav.start !== start || wav.pcm.length !== bytes - start) {
      throw new Error(`piece ${index} is not like the first`);
    }
    yield wav.pcm;
  }
}

/**
 * How long a piece plays within a joined file, in whole milliseconds: the sound is counted, whatever its tags say.
 * Throws if it is not what its format says.
 */
export async function millisecondsOf(format: SpeechFormat, bytes: Buffer): Promise<number> {
  if (format === 'mp3') return Math.round(mp3Frames(bytes).milliseconds);
  const { format: found } = await parseBuffer(bytes, { mimeType: contentTypes[format] }, { duration: true });
  if (found.duration === undefined) throw new Error(`audio that is not ${format}, or has no end`);
  return Math.round(found.duration * 1000);
}
