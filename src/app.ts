import express, { type Express } from 'express';
import helmet from 'helmet';
import type { Logger } from 'pino';
import { AppError } from './app-error.ts';
import type { Lifecycle } from './health/lifecycle.ts';
import { accessLog } from './http/access-log.ts';
import { closeWhenDraining } from './http/close-when-draining.ts';
import { crossOrigin } from './http/cors.ts';
import { docsRoutes } from './http/docs-routes.ts';
import { type MountDeps, mountRoutes } from './http/mount-routes.ts';
import { createOpenApi } from './http/openapi.ts';
import { problemHandler } from './http/problem.ts';
import { requestContext } from './http/request-context.ts';
import type { Route } from './http/route.ts';
import { requireWellFormed } from './http/well-formed.ts';
import { httpMetrics } from './metrics/http-metrics.ts';
import type { Metrics } from './metrics/metrics.ts';

export interface AppDeps extends MountDeps {
  routes: Route[];
  lifecycle: Lifecycle;
  metrics: Metrics;
  log: Logger;
  clock: () => Date;
  version: string;
  release: string;
  allowedOrigins: readonly string[];
  trustedHops: number;
  /** Folder of the pages. */
  webFolder: string;
  /** Whether the visitor's page is served at `/`. On `aws` the site's own bucket serves it. */
  servesPages: boolean;
}

const contentSecurityPolicy = {
  directives: {
    defaultSrc: ["'self'"],
    styleSrc: ["'self'"],
    fontSrc: ["'self'"],
    imgSrc: ["'self'", 'blob:', 'data:'],
    // Also over plain HTTP, as on a developer's machine.
    upgradeInsecureRequests: null,
  },
};

/** Puts the application together, outermost first. Does no I/O. */
export function createApp(deps: AppDeps): Express {
  const { lifecycle } = deps;
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.set('query parser', 'simple');
  app.set('trust proxy', deps.trustedHops);
  app.use(requestContext(deps.log, deps.release), accessLog(deps.clock), httpMetrics(deps.metrics));
  app.use(helmet({ contentSecurityPolicy }), crossOrigin(deps.allowedOrigins));
  app.use(closeWhenDraining(lifecycle));
  app.use(requireWellFormed);
  mountRoutes(app, deps.routes, deps);
  app.use(docsRoutes(createOpenApi(deps.routes, deps.version), `${deps.webFolder}/docs`));
  if (deps.servesPages) {
    app.use(
      express.static(deps.webFolder, { index: 'feedback.html', redirect: false, setHeaders: nameRoute }),
    );
  }
  app.use(() => {
    throw new AppError('not_found');
  });
  app.use(problemHandler);
  return app;
}

function nameRoute(res: express.Response): void {
  res.locals.route = '(page)';
}
