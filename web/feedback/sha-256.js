const primes = [];
for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime > 0)) primes.push(n);
/** The first 32 bits behind the point. */
const fraction = (number) => ((number % 1) * 2 ** 32) | 0;
const roundConstants = Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime)));
const initialState = Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));

const turn = (word, bits) => (word >>> bits) | (word << (32 - bits));

/** Mixes the 64 bytes of `block` from `offset` on into the state (FIPS 180-4, section 6.2.2). */
function compress(state, words, block, offset) {
  for (let t = 0; t < 16; t++) words[t] = block.getInt32(offset + 4 * t);
  for (let t = 16; t < 64; t++) {
    const early = words[t - 15];
    const late = words[t - 2];
    const first = turn(early, 7) ^ turn(early, 18) ^ (early >>> 3);
    const second = turn(late, 17) ^ turn(late, 19) ^ (late >>> 10);
    words[t] = words[t - 16] + first + words[t - 7] + second;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let t = 0; t < 64; t++) {
    const mixed = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
    const chosen = (e & f) ^ (~e & g);
    const one = (h + mixed + chosen + roundConstants[t] + words[t]) | 0;
    const most = (a & b) ^ (a & c) ^ (b & c);
    const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + most) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + one) | 0;
    d = c;
    c = b;
    b = a;
    a = (one + two) | 0;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

/**
 * SHA-256 (FIPS 180-4) of messages of `length` bytes, at once and not as a promise: pages on plain HTTP have no
 * `crypto.subtle`, and for a message this short it takes twice as long in Chromium. The function that it returns
 * takes the message and answers with its 32 bytes, the same array every time.
 */
export function createSha256(length) {
  const padded = new Uint8Array(Math.ceil((length + 9) / 64) * 64);
  const blocks = new DataView(padded.buffer);
  padded[length] = 0x80;
  blocks.setUint32(padded.length - 4, length * 8);
  const words = new Int32Array(64);
  const state = new Int32Array(8);
  const digest = new Uint8Array(32);
  const out = new DataView(digest.buffer);

  return (message) => {
    padded.set(message);
    state.set(initialState);
    for (let offset = 0; offset < padded.length; offset += 64) compress(state, words, blocks, offset);
    for (let i = 0; i < 8; i++) out.setInt32(4 * i, state[i]);
    return digest;
  };
}
