/** Bits a second in thousands, by version (MPEG-1 or the lower rates of MPEG-2 and 2.5), of Layer III. */
const bitRates = {
  1: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  2: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
};
const sampleRates = [44_100, 48_000, 32_000];

interface FrameHead {
  bytes: number;
  milliseconds: number;
  /** What frames that one decoder plays in a row must share: version, layer and sampling rate. */
  kind: string;
  /** Where an encoder puts its own data, behind the header and the side information. */
  bodyAt: number;
}

/** Reads the header of a Layer III frame (ISO/IEC 11172-3, section 2.4.1.3, and 13818-3). */
function frameHead(file: Buffer, at: number): FrameHead | undefined {
  if (at + 4 > file.length) return undefined;
  const bits = file.readUInt32BE(at);
  const version = (bits >>> 19) & 3;
  const bitRate = (bits >>> 12) & 15;
  const sampleRate = (bits >>> 10) & 3;
  const isLayer3 = bits >>> 21 === 0x7_ff && ((bits >>> 17) & 3) === 1;
  if (!isLayer3 || version === 1 || bitRate === 0 || bitRate === 15 || sampleRate === 3) return undefined;

  const isMpeg1 = version === 3;
  const rate = (sampleRates[sampleRate] ?? 0) / (isMpeg1 ? 1 : version === 2 ? 2 : 4);
  const kilobits = bitRates[isMpeg1 ? 1 : 2][bitRate] ?? 0;
  const isMono = ((bits >>> 6) & 3) === 3;
  const sideBytes = isMpeg1 ? (isMono ? 17 : 32) : isMono ? 9 : 17;
  const samples = isMpeg1 ? 1152 : 576;
  return {
    // An eighth, because there are eight bits in a byte.
    bytes: Math.floor(((samples / 8) * kilobits * 1000) / rate) + ((bits >>> 9) & 1),
    milliseconds: (1000 * samples) / rate,
    kind: `${version}/${rate}/${isMono ? 'mono' : 'stereo'}`,
    bodyAt: 4 + sideBytes,
  };
}

/** Where the audio begins: behind ID3v2 tags (id3.org, ID3v2.4.0 structure, section 3.1). */
function behindTags(file: Buffer): number {
  let at = 0;
  while (file.toString('latin1', at, at + 3) === 'ID3' && at + 10 <= file.length) {
    const [a = 0, b = 0, c = 0, d = 0] = file.subarray(at + 6, at + 10);
    const hasFooter = ((file[at + 5] ?? 0) & 0x10) !== 0;
    at += 10 + ((a << 21) | (b << 14) | (c << 7) | d) + (hasFooter ? 10 : 0);
  }
  return at;
}

export interface Mp3Sound {
  /** Whole frames, one after the other. */
  frames: Buffer;
  /** How long they play. */
  milliseconds: number;
  kind: string;
}

/**
 * The frames of an MP3 file that are sound, and what they must share with their neighbours. Tags are left out, and so
 * is the first frame if it only says how long this file is: in a longer file players would believe it. Throws if
 * there is no sound in it.
 */
export function mp3Frames(file: Buffer): Mp3Sound {
  const start = behindTags(file);
  const first = frameHead(file, start);
  if (!first) throw new Error('no MP3 frame where the first should be');
  const name = file.toString('latin1', start + first.bodyAt, start + first.bodyAt + 4);
  // Its name is at 36 in every version (Fraunhofer).
  const isVbri = file.toString('latin1', start + 36, start + 40) === 'VBRI';
  const from = name === 'Xing' || name === 'Info' || isVbri ? start + first.bytes : start;

  let end = from;
  let count = 0;
  for (let head = frameHead(file, end); head && end + head.bytes <= file.length; ) {
    if (head.kind !== first.kind) throw new Error('an MP3 file whose frames differ');
    end += head.bytes;
    count += 1;
    head = frameHead(file, end);
  }
  if (end === from) throw new Error('an MP3 file without sound');
  return {
    frames: file.subarray(from, end),
    milliseconds: count * first.milliseconds,
    kind: first.kind,
  };
}
