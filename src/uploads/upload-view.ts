import type { LinkSigner } from '../http/link-signer.ts';
import type { UploadRecord } from './upload-catalogue.ts';

/** An upload as clients see it. Its links can be opened without a key until they expire. */
export function uploadView(record: UploadRecord, base: string, links: LinkSigner) {
  const { key: _, ...shown } = record;
  const self = `/v1/uploads/${record.id}`;
  return {
    ...shown,
    links: { self: `${base}${links.sign(self)}`, content: `${base}${links.sign(`${self}/content`)}` },
  };
}
