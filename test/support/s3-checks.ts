import { crc32 } from 'node:zlib';
import type { buildApp } from 'fauxqs';

type FauxqsApp = ReturnType<typeof buildApp>;

/**
 * Adds to fauxqs what S3 does and fauxqs does not: it verifies and returns CRC32 checksums of objects and parts,
 * takes the parts' checksums and the size when an upload is completed, lists open multipart uploads, and writes
 * with `If-None-Match: *` only what is not there.
 * Without it, fauxqs completes an upload whose parts carry checksums with no parts at all.
 */
export function addS3Checks(app: FauxqsApp): void {
  const open = new Map<
    string,
    { bucket: string; key: string; parts: Map<number, { checksum: string; size: number }> }
  >();

  /** Conditional writes under way: by address, which request. */
  const conditional = new Map<string, string>();

  app.addHook('preHandler', async (request, reply) => {
    const { uploadId = '', partNumber, uploads } = request.query as Record<string, string | undefined>;
    const upload = open.get(uploadId);
    const refuse = (code: string, status = 400) =>
      reply
        .status(status)
        .type('application/xml')
        .send(`<Error><Code>${code}</Code><Message>${code}</Message></Error>`);

    if (request.method !== 'GET' && request.headers['if-none-match'] === '*') {
      const url = request.url.replace(/\?.*/, '');
      if (conditional.has(url)) return refuse('PreconditionFailed', 412);
      conditional.set(url, request.id);
      const there = await app.inject({ method: 'HEAD', url });
      if (there.statusCode === 200) return refuse('PreconditionFailed', 412);
    }
    const stated = request.headers['x-amz-checksum-crc32'];
    if (request.method === 'PUT' && typeof stated === 'string') {
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const checksum = encode(crc32(body));
      if (checksum !== stated) return refuse('BadDigest');
      upload?.parts.set(Number(partNumber), { checksum, size: body.length });
      reply.header('x-amz-checksum-crc32', checksum);
    }
    if (request.method === 'POST' && upload && Buffer.isBuffer(request.body)) {
      const xml = request.body.toString();
      const sent = Array.from(
        xml.matchAll(/<ChecksumCRC32>(.*?)<\/ChecksumCRC32>/g),
        ([, checksum]) => checksum,
      );
      const held = [...upload.parts.entries()].sort(([a], [b]) => a - b).map(([, part]) => part);
      if (sent.join() !== held.map(({ checksum }) => checksum).join()) return refuse('InvalidPart');
      const size = held.reduce((sum, part) => sum + part.size, 0);
      if (Number(request.headers['x-amz-mp-object-size'] ?? size) !== size) return refuse('InvalidRequest');
      request.body = Buffer.from(xml.replace(/<ChecksumCRC32>.*?<\/ChecksumCRC32>/g, ''));
    }
    if (request.method === 'GET' && uploads !== undefined) {
      const { bucket } = request.params as { bucket: string };
      const listed = [...open]
        .filter(([, upload]) => upload.bucket === bucket)
        .map(([id, { key }]) => `<Upload><Key>${key}</Key><UploadId>${id}</UploadId></Upload>`);
      return reply
        .type('application/xml')
        .send(`<ListMultipartUploadsResult>${listed.join('')}</ListMultipartUploadsResult>`);
    }
  });

  app.addHook('onSend', async (request, reply, payload) => {
    const { uploadId = '', partNumber, uploads } = request.query as Record<string, string | undefined>;
    const created = /<UploadId>(.*?)<\/UploadId>/.exec(String(payload))?.[1];
    if (request.method === 'POST' && uploads !== undefined && created) {
      const { bucket, '*': key } = request.params as { bucket: string; '*': string };
      open.set(created, { bucket, key, parts: new Map() });
    } else if (request.method !== 'GET' && partNumber === undefined && reply.statusCode < 300) {
      open.delete(uploadId);
    }
    const url = request.url.replace(/\?.*/, '');
    if (conditional.get(url) === request.id) conditional.delete(url);
  });
}

function encode(checksum: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(checksum);
  return bytes.toString('base64');
}
