import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import http, { type IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { startAwsStandIn } from '../test/support/aws-stand-in.ts';
import { type Inlet, startInlet } from '../test/support/start-inlet.ts';
import { largeFile } from './large-file.ts';
import { startS3Server } from './s3-server.ts';

// Sends one large file to Inlet, as a form and as a raw body, on both platforms, and looks at the memory of
// Inlet's process meanwhile. Fails if it ever held more than the limit, or if a byte comes back changed.
// Runs what `npm run build` made, as the image does. Only traffic on this machine; it ends by itself.

const MiB = 1024 ** 2;
const MB = 1e6;
const { values } = parseArgs({
  options: { mib: { type: 'string', default: '2048' }, limit: { type: 'string', default: '250' } },
});
const size = Number(values.mib) * MiB;
const limitBytes = Number(values.limit) * MB;

/** The most that the process has held so far, in bytes: Linux keeps the mark, so no sample can miss it. */
async function peakBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

async function answerOf(request: http.ClientRequest): Promise<{ status: number | undefined; body: string }> {
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const chunks = await response.toArray();
  return { status: response.statusCode, body: Buffer.concat(chunks).toString() };
}

async function send(inlet: Inlet, kind: 'raw' | 'form') {
  const boundary = 'large-upload-boundary';
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="film.mp4"\r\nContent-Type: video/mp4\r\n\r\n`;
  const tail = `\r\n--${boundary}--\r\n`;
  const extra = kind === 'form' ? head.length + tail.length : 0;
  const type = kind === 'form' ? `multipart/form-data; boundary=${boundary}` : 'application/octet-stream';
  const request = http.request(`${inlet.url}/v1/uploads?name=film.mp4`, {
    method: 'POST',
    headers: { 'Content-Type': type, 'Content-Length': size + extra },
  });
  const answered = answerOf(request);
  async function* body() {
    if (kind === 'form') yield head;
    yield* largeFile(size);
    if (kind === 'form') yield tail;
  }
  await pipeline(body, request);
  const { status, body: text } = await answered;
  if (status !== 201) throw new Error(`expected 201, got ${status}: ${text}`);
  return JSON.parse(text).uploads[0] as { sha256: string; size: number; links: { content: string } };
}

async function hashOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of bytes) hash.update(chunk);
  return hash.digest('hex');
}

async function measure(platform: string, env: Record<string, string>, expected: string): Promise<boolean> {
  let withinLimit = true;
  for (const kind of ['form', 'raw'] as const) {
    const inlet = await startInlet({ ...env, INLET_LOG_LEVEL: 'warn' }, 'dist/main.js');
    try {
      const idle = await peakBytes(inlet.pid);
      const started = performance.now();
      const upload = await send(inlet, kind);
      const seconds = (performance.now() - started) / 1000;
      const peak = await peakBytes(inlet.pid);
      const [response] = (await once(http.get(upload.links.content), 'response')) as [IncomingMessage];
      const same = upload.sha256 === expected && (await hashOf(response)) === expected;
      if (!same) throw new Error(`${platform} ${kind}: the bytes came back changed`);
      withinLimit &&= peak < limitBytes;
      const figures = [idle, peak, await peakBytes(inlet.pid), size / seconds].map((bytes) => bytes / MB);
      console.log(`| ${platform} | ${kind} | ${figures.map((n) => n.toFixed(0)).join(' | ')} |`);
    } finally {
      await inlet.stop();
    }
  }
  return withinLimit;
}

const expected = await hashOf(largeFile(size));
console.log(`${size / MiB} MiB, SHA-256 ${expected}; limit of resident memory ${limitBytes / MB} MB\n`);
console.log(
  '| platform | sent as | idle MB | peak MB in the upload | peak MB after the download too | MB/s |',
);
console.log('| --- | --- | --- | --- | --- | --- |');
const local = await measure('local', {}, expected);
const standIn = await startAwsStandIn();
const s3 = await startS3Server({ accessKeyId: 'test', secretAccessKey: 'test' });
const account = await standIn.another({ AWS_ENDPOINT_URL_S3: s3.url });
const aws = await measure('aws', account.env as Record<string, string>, expected);
await standIn.stop();
await s3.stop();
if (!local || !aws) {
  console.error('Inlet held more memory than the limit.');
  process.exitCode = 1;
}
