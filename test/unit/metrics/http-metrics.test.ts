import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import type net from 'node:net';
import { describe, it } from 'node:test';
import express, { type Express } from 'express';
import request from 'supertest';
import { httpMetrics } from '../../../src/metrics/http-metrics.ts';
import type { AnsweredRequest } from '../../../src/metrics/metrics.ts';

function createTestApp(now?: () => number): { app: Express; counted: AnsweredRequest[] } {
  const counted: AnsweredRequest[] = [];
  const app = express();
  app.use(httpMetrics({ httpRequest: (answered) => counted.push(answered) }, now));
  return { app, counted };
}

describe('metrics of HTTP requests', () => {
  it('counts an answer under its route template, with its status and seconds', async () => {
    let ms = 1000;
    const { app, counted } = createTestApp(() => ms);
    app.get('/things/:id', (_req, res) => {
      res.locals.route = '/things/{id}';
      ms += 250;
      res.status(201).json({});
    });
    await request(app).get('/things/secret-name').expect(201);
    assert.deepEqual(counted, [{ method: 'GET', route: '/things/{id}', status: 201, seconds: 0.25 }]);
  });

  it('never makes a label of a path that no route took', async () => {
    const { app, counted } = createTestApp(() => 0);
    await request(app).get('/wp-login.php?user=1').expect(404);
    assert.deepEqual(counted, [{ method: 'GET', route: '(unmatched)', status: 404, seconds: 0 }]);
  });

  it('counts an answer before its last byte can leave, however it is written', async () => {
    const { app, counted } = createTestApp(() => 0);
    const before: Record<string, number> = {};
    app.get('/end', (_req, res) => {
      res.locals.route = '/end';
      res.once('prefinish', () => {
        before.end = counted.length;
      });
      res.end('all at once');
    });
    app.get('/length', (_req, res) => {
      res.locals.route = '/length';
      res.set('Content-Length', '6');
      res.write('abc');
      before.firstWrite = counted.length;
      res.write(Buffer.from('def'));
      // The client has everything by now, although `end` was not called.
      before.lastWrite = counted.length;
      res.end();
    });
    await request(app).get('/end').expect(200);
    assert.deepEqual(before, { end: 1 });
    await request(app).get('/length').expect(200, 'abcdef');
    assert.deepEqual(before, { end: 1, firstWrite: 1, lastWrite: 2 });
    assert.equal(counted.length, 2, 'each is counted once');
  });

  it('counts a client that leaves before its answer as 499, and nothing after it', async () => {
    const { app, counted } = createTestApp(() => 0);
    const arrived = Promise.withResolvers<express.Response>();
    app.get('/slow', (_req, res) => {
      res.locals.route = '/slow';
      arrived.resolve(res);
    });
    const server = http.createServer(app).listen(0);
    await once(server, 'listening');
    try {
      const client = http.get({ port: (server.address() as net.AddressInfo).port, path: '/slow' });
      client.on('error', () => {});
      const res = await arrived.promise;
      client.destroy();
      await once(res, 'close');
      res.end('too late');
      assert.deepEqual(counted, [{ method: 'GET', route: '/slow', status: 499, seconds: 0 }]);
    } finally {
      server.close();
    }
  });
});
