/** What PCM is like: the same for all pieces of a file. */
export interface PcmFormat {
  channels: number;
  /** Samples a second. */
  rate: number;
  /** Bits of a sample. */
  bits: number;
}

export interface Wav extends PcmFormat {
  /** Where the PCM begins in the file. */
  start: number;
  pcm: Buffer;
}

const headBytes = 44;
const mostBytes = 0xff_ff_ff_ff;

/** The 44 bytes before the PCM of a WAV file (RIFF, one `fmt ` chunk, one `data` chunk). Rejects what 32 bits cannot say. */
export function wavHead({ channels, rate, bits }: PcmFormat, pcmBytes: number): Buffer {
  if (pcmBytes + headBytes > mostBytes) throw new RangeError(`a WAV file cannot hold ${pcmBytes} bytes`);
  const frameBytes = (channels * bits) / 8;
  const head = Buffer.alloc(headBytes);
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(headBytes - 8 + pcmBytes, 4);
  head.write('WAVEfmt ', 8, 'latin1');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(channels, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate * frameBytes, 28);
  head.writeUInt16LE(frameBytes, 32);
  head.writeUInt16LE(bits, 34);
  head.write('data', 36, 'latin1');
  head.writeUInt32LE(pcmBytes, 40);
  return head;
}

/**
 * Reads a WAV file with PCM. A `data` chunk that claims to be longer than the file, as programs write it that cannot
 * go back to correct it, goes to the end. Throws if it is no such file.
 */
export function readWav(file: Buffer): Wav {
  if (file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 12) !== 'WAVE') {
    throw new Error('no WAV file');
  }
  let format: PcmFormat | undefined;
  for (let at = 12; at + 8 <= file.length; ) {
    const name = file.toString('latin1', at, at + 4);
    const size = file.readUInt32LE(at + 4);
    const start = at + 8;
    if (name === 'fmt ' && start + 16 <= file.length && file.readUInt16LE(start) === 1) {
      const channels = file.readUInt16LE(start + 2);
      const bits = file.readUInt16LE(start + 14);
      format = { channels, rate: file.readUInt32LE(start + 4), bits };
    }
    if (name === 'data' && format) {
      const frameBytes = Math.max(1, (format.channels * format.bits) / 8);
      const there = Math.min(size, file.length - start);
      return { ...format, start, pcm: file.subarray(start, start + there - (there % frameBytes)) };
    }
    // Chunks are padded to an even length.
    at = start + size + (size % 2);
  }
  throw new Error('a WAV file without PCM');
}
