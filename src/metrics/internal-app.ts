import express, { type ErrorRequestHandler, type Express } from 'express';
import type { Readiness } from '../health/readiness.ts';
import type { Build } from './process-metrics.ts';

interface InternalAppDeps {
  metrics: () => Promise<string>;
  /** The media type of `metrics`, which is the `contentType` of its registry. */
  contentType: string;
  ready: () => Promise<Readiness>;
  build: Build;
}

/**
 * The internal port: for Prometheus and the people who run the service, never routed by the load balancer.
 * It says what is wrong in full, so it must not be reachable from outside.
 */
export function createInternalApp({ metrics, contentType, ready, build }: InternalAppDeps): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.use((_req, res, next) => {
    res.set('Cache-Control', 'no-store');
    next();
  });
  app.get('/metrics', async (_req, res) => {
    const text = await metrics();
    res.set('Content-Type', contentType).send(text);
  });
  app.get('/ready', async (_req, res) => {
    const readiness = await ready();
    res.status(readiness.ok ? 200 : 503).json(readiness);
  });
  app.get('/build', (_req, res) => {
    res.json(build);
  });
  app.use((_req, res) => {
    res.status(404).json({ detail: 'Here are /metrics, /ready and /build.' });
  });
  const onError: ErrorRequestHandler = (error, _req, res, next) => {
    if (res.headersSent) next(error);
    else res.status(500).json({ detail: error instanceof Error ? error.message : String(error) });
  };
  app.use(onError);
  return app;
}
