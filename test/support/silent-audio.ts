/** Silence of the given length as audio that any player takes: the sizes, checksums and times in it are true. */

/** Signed 16-bit mono, as Polly's `pcm`. */
export function silentPcm(milliseconds: number, rate: number): Buffer {
  return Buffer.alloc(2 * Math.round((milliseconds * rate) / 1000));
}

/** A RIFF file with one `data` chunk. */
export function wavOf(pcm: Buffer, rate: number): Buffer {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(36 + pcm.length, 4);
  head.write('WAVEfmt ', 8, 'latin1');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(2 * rate, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36, 'latin1');
  head.writeUInt32LE(pcm.length, 40);
  return Buffer.concat([head, pcm]);
}

const rateBits: Record<number, number> = { 22050: 0, 24000: 1, 16000: 2 };

/** One frame of MPEG-2 Layer III, mono, 48 kbit/s: 576 samples. Without data it sounds like nothing. */
function mp3Frame(rate: number): Buffer {
  const bits = rateBits[rate];
  if (bits === undefined) throw new Error(`no MPEG-2 rate of ${rate} Hz`);
  const frame = Buffer.alloc(Math.floor((72 * 48_000) / rate));
  frame.set([0xff, 0xf3, 0x60 | (bits << 2), 0xc4]);
  return frame;
}

/** Samples of one frame of MPEG-2 Layer III. */
const samplesOfFrame = 576;

/** An ID3v2.4 tag with the name of the encoder, as most encoders begin a file. */
function id3Tag(): Buffer {
  const text = Buffer.from('\u0003Silence\0', 'latin1');
  const frame = Buffer.concat([Buffer.from('TSSE\0\0\0', 'latin1'), Buffer.from([text.length, 0, 0]), text]);
  return Buffer.concat([Buffer.from('ID3\u0004\0\0\0\0\0', 'latin1'), Buffer.from([frame.length]), frame]);
}

/** An `Info` frame, which says how many frames and bytes follow. Players believe it. */
function infoFrame(rate: number, frames: number): Buffer {
  const frame = mp3Frame(rate);
  // Behind the header (4) and the side information of MPEG-2 mono (9).
  frame.write('Info', 13, 'latin1');
  frame.writeUInt32BE(0b11, 17);
  frame.writeUInt32BE(frames, 21);
  frame.writeUInt32BE((frames + 1) * frame.length, 25);
  return frame;
}

/** Whole frames, at least as long as asked for. `tagged` begins with an ID3 tag and an `Info` frame. */
export function silentMp3(milliseconds: number, rate: number, { tagged = true } = {}): Buffer {
  const frames = Math.max(1, Math.ceil((milliseconds * rate) / 1000 / samplesOfFrame));
  const audio = Array.from({ length: frames }, () => mp3Frame(rate));
  return Buffer.concat(tagged ? [id3Tag(), infoFrame(rate, frames), ...audio] : audio);
}
