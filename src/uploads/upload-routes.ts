import type { LinkSigner } from '../http/link-signer.ts';
import type { Route } from '../http/route.ts';
import { createUploadRoute } from './create-upload-route.ts';
import { deleteUploadRoute } from './delete-upload-route.ts';
import { getUploadContentRoute } from './get-upload-content-route.ts';
import { getUploadRoute } from './get-upload-route.ts';
import { listUploadsRoute } from './list-uploads-route.ts';
import type { UploadService } from './upload-service.ts';

export interface UploadRouteDeps {
  uploads: UploadService;
  links: LinkSigner;
  /** The address in links. Default: that of the request. */
  publicUrl: string | undefined;
  /** Bytes of one file. */
  maxBytes: number;
  /** Files of one request. */
  maxFiles: number;
}

export function uploadRoutes(deps: UploadRouteDeps): Route[] {
  return [
    createUploadRoute(deps),
    listUploadsRoute(deps),
    getUploadRoute(deps),
    getUploadContentRoute(deps),
    deleteUploadRoute(deps),
  ];
}
