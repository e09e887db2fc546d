import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import express, { type ErrorRequestHandler } from 'express';
import { AppError } from '../../../src/app-error.ts';
import { mountRoutes } from '../../../src/http/mount-routes.ts';
import { problemHandler } from '../../../src/http/problem.ts';
import { requestContext } from '../../../src/http/request-context.ts';
import { defineRoute } from '../../../src/http/route.ts';
import { createHttpServer } from '../../../src/http/server.ts';
import { createLog } from '../../../src/log.ts';
import { openRaw } from '../../support/raw-request.ts';

test('a client that leaves while its request is still at the gate is not handled any more', async (t) => {
  const asked = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<unknown>();
  let handled = false;
  const route = defineRoute({
    method: 'post',
    path: '/slow',
    operationId: 'slow',
    summary: 'Slow',
    tag: 'test',
    access: 'public',
    rateLimit: 'slow',
    responses: { 204: { description: 'Done.' } },
    problems: [],
    async handle() {
      handled = true;
      return { status: 204 };
    },
  });
  const app = express().use(requestContext(createLog({ level: 'silent', base: {} }), 'r'));
  mountRoutes(app, [route], {
    access: {} as never,
    rateLimiters: {
      slow: {
        async consume() {
          asked.resolve();
          await gate.promise;
          return { allowed: true, limit: 1, remaining: 0, resetSeconds: 1 };
        },
      },
    },
    rateLimited() {},
    bodyGuard: { stallSeconds: 60, minBytesPerSecond: 0 },
  });
  const lastly: ErrorRequestHandler = (error, req, res, next) => {
    ended.resolve(error);
    problemHandler(error, req, res, next);
  };
  app.use(lastly);
  const closed = Promise.withResolvers<void>();
  const server = createHttpServer(
    (req, res) => {
      res.once('close', closed.resolve);
      app(req, res);
    },
    { keepAliveSeconds: 60, headersSeconds: 70, release: 'r' },
  );
  t.after(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const connection = await openRaw((server.address() as AddressInfo).port);
  await connection.send('POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345');
  await asked.promise;
  connection.reset();
  await closed.promise;
  gate.resolve();
  const error = await ended.promise;
  assert.ok(error instanceof AppError);
  assert.equal(error.code, 'incomplete_body');
  assert.equal(handled, false);
});
