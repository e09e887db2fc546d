import type { LinkSigner } from '../http/link-signer.ts';
import type { Route } from '../http/route.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { UploadService } from '../uploads/upload-service.ts';
import type { AttachmentOwners } from './attachment-owners.ts';
import { createFeedbackRoute } from './create-feedback-route.ts';
import { deleteFeedbackRoute } from './delete-feedback-route.ts';
import { deleteSentFeedbackRoute } from './delete-sent-feedback-route.ts';
import { exportFeedbackRoute } from './export-feedback-route.ts';
import { exportSentFeedbackRoute } from './export-sent-feedback-route.ts';
import type { FeedbackService } from './feedback-service.ts';
import type { FeedbackSpeech } from './feedback-speech.ts';
import { feedbackSpeechRoute } from './feedback-speech-route.ts';
import { feedbackStatsRoute } from './feedback-stats-route.ts';
import { getFeedbackRoute } from './get-feedback-route.ts';
import { getSentFeedbackRoute } from './get-sent-feedback-route.ts';
import { getSentSpeechRoute } from './get-sent-speech-route.ts';
import { listFeedbackRoute } from './list-feedback-route.ts';
import { notifyFeedbackRoute } from './notify-feedback-route.ts';
import { openSenderAccessRoute } from './open-sender-access-route.ts';
import type { Outbox } from './outbox.ts';
import { releaseFeedbackRoute } from './release-feedback-route.ts';
import type { SenderAccess } from './sender-access.ts';
import { updateFeedbackRoute } from './update-feedback-route.ts';

export interface FeedbackRouteDeps {
  feedback: FeedbackService;
  outbox: Outbox;
  uploads: UploadService;
  owners: AttachmentOwners;
  speech: FeedbackSpeech;
  senderAccess: SenderAccess;
  links: LinkSigner;
  metrics: Pick<Metrics, 'feedback'>;
  clock: () => Date;
  allowedOrigins: readonly string[];
  publicUrl: string | undefined;
  /** Form field that people do not see. Undefined if there is none. */
  honeypotField: string | undefined;
  /** Bytes of one attachment. */
  maxBytes: number;
  /** Attachments of one request. */
  maxFiles: number;
}

/** Fixed paths come before `{id}`, which would take them for ids. */
export function feedbackRoutes(deps: FeedbackRouteDeps): Route[] {
  return [
    createFeedbackRoute(deps),
    listFeedbackRoute(deps),
    exportFeedbackRoute(deps),
    feedbackStatsRoute(deps),
    getFeedbackRoute(deps),
    updateFeedbackRoute(deps),
    deleteFeedbackRoute(deps),
    notifyFeedbackRoute(deps),
    feedbackSpeechRoute(deps),
    openSenderAccessRoute(deps),
    getSentFeedbackRoute(deps),
    exportSentFeedbackRoute(deps),
    getSentSpeechRoute(deps),
    deleteSentFeedbackRoute(deps),
    releaseFeedbackRoute(deps),
  ];
}
