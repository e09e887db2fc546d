import type { Route } from '../http/route.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { UploadService } from '../uploads/upload-service.ts';
import { createFeedbackRoute } from './create-feedback-route.ts';
import { deleteFeedbackRoute } from './delete-feedback-route.ts';
import { exportFeedbackRoute } from './export-feedback-route.ts';
import type { FeedbackService } from './feedback-service.ts';
import { feedbackStatsRoute } from './feedback-stats-route.ts';
import { getFeedbackRoute } from './get-feedback-route.ts';
import { listFeedbackRoute } from './list-feedback-route.ts';
import { notifyFeedbackRoute } from './notify-feedback-route.ts';
import type { Outbox } from './outbox.ts';
import { updateFeedbackRoute } from './update-feedback-route.ts';

export interface FeedbackRouteDeps {
  feedback: FeedbackService;
  outbox: Outbox;
  uploads: UploadService;
  metrics: Pick<Metrics, 'feedback'>;
  clock: () => Date;
  allowedOrigins: readonly string[];
  publicUrl: string | undefined;
  /** Form field that people do not see. */
  honeypotField: string;
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
  ];
}
