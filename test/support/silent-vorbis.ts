/** Writes numbers of any width, the lowest bit first, as Vorbis I (section 2) packs them. */
function bitPacker() {
  const bits: number[] = [];
  return {
    put(width: number, value: number) {
      for (let i = 0; i < width; i += 1) bits.push(Math.floor(value / 2 ** i) & 1);
    },
    bytes() {
      const bytes = Buffer.alloc(Math.ceil(bits.length / 8));
      for (const [i, bit] of bits.entries()) bytes[i >> 3] = (bytes[i >> 3] ?? 0) | (bit << (i & 7));
      return bytes;
    },
  };
}

const blockBits = 11;
/** What each packet but the first adds: half a block. */
const samplesOfPacket = 2 ** blockBits / 2;

const headed = (type: number, ...rest: Buffer[]) =>
  Buffer.concat([Buffer.from([type]), Buffer.from('vorbis', 'latin1'), ...rest]);

function identification(rate: number): Buffer {
  const body = Buffer.alloc(23);
  body[4] = 1;
  body.writeUInt32LE(rate, 5);
  body[21] = (blockBits << 4) | blockBits;
  body[22] = 1;
  return headed(1, body);
}

function comments(): Buffer {
  const vendor = Buffer.from('silence', 'latin1');
  const size = Buffer.alloc(4);
  size.writeUInt32LE(vendor.length);
  return headed(3, size, vendor, Buffer.alloc(4), Buffer.from([1]));
}

/** One of everything that a setup header must have (Vorbis I, section 4.2.4), each as small as it may be. */
function setup(): Buffer {
  const { put, bytes } = bitPacker();
  // Codebooks: one of one dimension with two entries, each one bit long, without values.
  for (const [width, value] of [
    [8, 0],
    [24, 0x56_43_42],
    [16, 1],
    [24, 2],
    [2, 0],
    [5, 0],
    [5, 0],
    [4, 0],
  ]) {
    put(width ?? 0, value ?? 0);
  }
  // Time domain transforms: one placeholder. Floors: one of type 1 without partitions.
  for (const [width, value] of [
    [6, 0],
    [16, 0],
    [6, 0],
    [16, 1],
    [5, 0],
    [2, 0],
    [4, 8],
  ]) {
    put(width ?? 0, value ?? 0);
  }
  // Residues: one of type 0 over nothing. Mappings: one. Modes: one, with short blocks. Then the framing bit.
  for (const width of [6, 16, 24, 24, 24, 6, 8, 3, 1, 6, 16, 1, 1, 2, 8, 8, 8, 6, 1, 16, 16, 8])
    put(width, 0);
  put(1, 1);
  return headed(5, bytes());
}

/** CRC-32 of an Ogg page: polynomial 04c11db7, not reflected, no inversion (RFC 3533, section 6). */
function oggChecksum(page: Buffer): number {
  let crc = 0;
  for (const byte of page) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x80_00_00_00 ? (crc << 1) ^ 0x04_c1_1d_b7 : crc << 1;
  }
  return crc >>> 0;
}

interface Page {
  packets: Buffer[];
  /** Samples up to here. */
  position: number;
  /** 2 begins a stream, 4 ends it. */
  flags: number;
}

function pageOf({ packets, position, flags }: Page, serial: number, number: number): Buffer {
  const laces = packets.flatMap(({ length }) => [...Array(Math.floor(length / 255)).fill(255), length % 255]);
  const head = Buffer.alloc(27);
  head.write('OggS', 0, 'latin1');
  head[5] = flags;
  head.writeBigUInt64LE(BigInt(position), 6);
  head.writeUInt32LE(serial, 14);
  head.writeUInt32LE(number, 18);
  head[26] = laces.length;
  const page = Buffer.concat([head, Buffer.from(laces), ...packets]);
  page.writeUInt32LE(oggChecksum(page), 22);
  return page;
}

/** Mono Vorbis in one Ogg stream. Two streams that are joined should have different serial numbers. */
export function silentVorbis(milliseconds: number, rate: number, serial = 1): Buffer {
  const samples = Math.max(1, Math.round((milliseconds * rate) / 1000));
  const pages: Page[] = [
    { packets: [identification(rate)], position: 0, flags: 2 },
    { packets: [comments(), setup()], position: 0, flags: 0 },
  ];
  // The first packet adds no samples. No floor is a packet of zeros.
  let left = Math.ceil(samples / samplesOfPacket) + 1;
  for (let sent = -1; left > 0; ) {
    const count = Math.min(left, 200);
    left -= count;
    sent += count;
    pages.push({
      packets: Array.from({ length: count }, () => Buffer.alloc(1)),
      position: Math.min(sent * samplesOfPacket, samples),
      flags: left === 0 ? 4 : 0,
    });
  }
  return Buffer.concat(pages.map((page, number) => pageOf(page, serial, number)));
}
