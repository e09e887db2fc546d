import type { LinkSigner } from '../http/link-signer.ts';
import type { Route } from '../http/route.ts';
import { createSpeechRoute } from './create-speech-route.ts';
import { deleteSpeechRoute } from './delete-speech-route.ts';
import { getSpeechCaptionsRoute } from './get-speech-captions-route.ts';
import { getSpeechContentRoute } from './get-speech-content-route.ts';
import { getSpeechRoute } from './get-speech-route.ts';
import type { SpeechService } from './speech-service.ts';

export interface SpeechRouteDeps {
  speech: SpeechService;
  links: LinkSigner;
  /** The address in links. Default: that of the request. */
  publicUrl: string | undefined;
}

export function speechRoutes(deps: SpeechRouteDeps): Route[] {
  return [
    createSpeechRoute(deps),
    getSpeechRoute(deps),
    getSpeechContentRoute(deps),
    getSpeechCaptionsRoute(deps),
    deleteSpeechRoute(deps),
  ];
}
