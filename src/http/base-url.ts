import type { Request } from 'express';

/** The address that clients reach the API at, without a final slash: as configured, or as the request says. */
export function baseUrl(req: Request, publicUrl: string | undefined): string {
  return (publicUrl ?? `${req.protocol}://${req.host}`).replace(/\/$/, '');
}
