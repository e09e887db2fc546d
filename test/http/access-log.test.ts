import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { uploadHead } from '../support/multipart.ts';
import { openRaw } from '../support/raw-request.ts';
import { jpeg } from '../support/samples.ts';
import { startInlet } from '../support/start-inlet.ts';
import { uploadClient, uploadOf } from '../support/upload-client.ts';

const inlet = await startInlet({ INLET_TRUSTED_HOPS: '1', INLET_RELEASE: 'r-1' });
const client = uploadClient(inlet);
after(() => inlet.stop());

const logged = (id: string) => inlet.logged(({ requestId }) => requestId === id);

test('every request is one line with what a load balancer would log, and a little more', async () => {
  const photo = jpeg(5000);
  const answer = await client.raw(photo, {
    'X-Request-Id': 'log-1',
    'X-Forwarded-For': '203.0.113.9',
    'X-Forwarded-Proto': 'https',
    'X-Amzn-Trace-Id': 'Root=1-2-3',
    'User-Agent': 'a browser',
    Referer: 'https://www.example.org/form',
  });
  const { id } = await uploadOf(answer);
  const line = await logged('log-1');
  const { time, startedAt, clientPort, targetProcessingMs, receivedBytes, sentBytes, domainName, ...rest } =
    line;
  assert.deepEqual(rest, {
    level: 'info',
    worker: '0',
    release: 'r-1',
    requestId: 'log-1',
    client: '203.0.113.9',
    method: 'POST',
    url: '/v1/uploads',
    protocol: 'HTTP/1.1',
    scheme: 'https',
    status: 201,
    complete: true,
    userAgent: 'a browser',
    referer: 'https://www.example.org/form',
    traceId: 'Root=1-2-3',
    route: '/v1/uploads',
    msg: 'request',
  });
  assert.ok(Date.parse(String(startedAt)) <= Date.parse(String(time)));
  assert.ok(Number(receivedBytes) > photo.length && Number(receivedBytes) < photo.length + 2000);
  assert.ok(Number(sentBytes) > 300);
  assert.ok(Number(clientPort) > 0 && Number(targetProcessingMs) >= 0);
  assert.equal(domainName, '127.0.0.1');
  assert.equal(inlet.logs().filter(({ requestId }) => requestId === 'log-1').length, 1);
  await client.remove(id);
});

test('the line of a request with a key names the key, and never shows it', async () => {
  const answer = await client.asAdmin('/v1/uploads', { headers: { 'X-Request-Id': 'log-2' } });
  await answer.text();
  const { keyId } = await logged('log-2');
  assert.ok(typeof keyId === 'string' && inlet.key.startsWith(`inlet_${keyId}_`));
  const secret = inlet.key.split('_').slice(2).join('_');
  assert.ok(inlet.logs().every((line) => !JSON.stringify(line).includes(secret)));
});

test('the signature of a link stays out of the log', async () => {
  const { id, links } = await uploadOf(await client.raw(jpeg()));
  const answer = await inlet.fetch(`${links.content}&download=1`, { headers: { 'X-Request-Id': 'log-3' } });
  await answer.arrayBuffer();
  const { url, route } = await logged('log-3');
  assert.match(String(url), /\?expires=\d+&signature=\[redacted\]&download=1$/);
  assert.equal(route, '/v1/uploads/{id}/content');
  const signature = new URL(links.content).searchParams.get('signature') ?? assert.fail();
  assert.ok(!inlet.output().includes(signature));
  await client.remove(id);
});

test('the id of a code stays out of the log', async () => {
  const id = `${'a'.repeat(22)}.${'b'.repeat(22)}`;
  await inlet.fetch(`/v1/otp/${id}/verify`, { method: 'POST', headers: { 'X-Request-Id': 'log-code' } });
  assert.equal((await logged('log-code')).url, '/v1/otp/[redacted]/verify');
  assert.ok(!inlet.output().includes(id));
});

test('a problem is named', async () => {
  const answer = await inlet.fetch('/v1/uploads', { headers: { 'X-Request-Id': 'log-4' } });
  await answer.text();
  const { status, errorReason, level } = await logged('log-4');
  assert.deepEqual(
    { status, errorReason, level },
    { status: 401, errorReason: 'unauthorized', level: 'info' },
  );
});

test('a client that left before its answer is logged as 499, with its address', async () => {
  const connection = await openRaw(inlet.port);
  const head = {
    'X-Request-Id': 'log-5',
    'X-Forwarded-For': '203.0.113.10',
    'Content-Length': 99,
    Expect: '100-continue',
  };
  await connection.send(uploadHead(head));
  await connection.until('100 Continue');
  connection.reset();
  const { status, complete, client: address, msg } = await logged('log-5');
  assert.deepEqual(
    { status, complete, address, msg },
    { status: 499, complete: false, address: '203.0.113.10', msg: 'request aborted' },
  );
});

test('a line stays one line, whatever a client sends', async () => {
  const connection = await openRaw(inlet.port);
  await connection.send(
    'GET /a%0Ab HTTP/1.1\r\nHost: a\r\nX-Request-Id: log-6\r\nUser-Agent: \xff"{}\\\t\x85\r\n\r\n',
  );
  await connection.answer();
  connection.destroy();
  assert.equal((await logged('log-6')).url, '/a%0Ab');
  for (const line of inlet
    .output()
    .split('\n')
    .filter((text) => text.startsWith('{')))
    JSON.parse(line);
});

test('health checks are silent at info, and seen at debug', async (t) => {
  const ask = async (process: typeof inlet, id: string) => {
    for (const path of ['/health', '/nope']) {
      const answer = await process.fetch(path, { headers: { 'X-Request-Id': `${id}${path.slice(1)}` } });
      await answer.text();
    }
    await process.logged(({ requestId }) => requestId === `${id}nope`);
    return process.logs().filter(({ requestId, msg }) => requestId === `${id}health` && msg === 'request');
  };
  assert.deepEqual(await ask(inlet, 'h-'), []);
  const chatty = await startInlet({ INLET_LOG_LEVEL: 'debug' });
  t.after(() => chatty.stop());
  assert.equal((await ask(chatty, 'd-'))[0]?.level, 'debug');
});
