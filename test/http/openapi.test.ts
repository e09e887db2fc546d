import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { composeService, openPlatform } from '../../src/compose.ts';
import { loadConfig } from '../../src/config.ts';
import { problems } from '../../src/errors.ts';
import { createLog } from '../../src/log.ts';
import { createMetrics } from '../../src/metrics/metrics.ts';
import { startInlet } from '../support/start-inlet.ts';
import { tempFolder } from '../support/temp-folder.ts';

const inlet = await startInlet();
after(() => inlet.stop());

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  schema: object;
}
interface Operation {
  operationId: string;
  summary: string;
  tags: string[];
  security: object[];
  parameters?: Parameter[];
  requestBody?: { content: Record<string, object> };
  responses: Record<string, { description: string; content?: Record<string, { schema?: object }> }>;
}
interface Document {
  openapi: string;
  info: { title: string; version: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object>; securitySchemes: Record<string, object> };
}
const answer = await inlet.fetch('/openapi.json');
const document = (await answer.json()) as Document;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

/** The routes that the application mounts, from the same composition. */
async function mountedRoutes() {
  const { folder, remove } = await tempFolder();
  const clock = () => new Date();
  const log = createLog({ level: 'silent', base: {} });
  const config = loadConfig({ INLET_DATA_DIR: folder });
  const platform = await openPlatform(config, { clock, log, env: {} });
  try {
    const metrics = createMetrics(() => {});
    const lifecycle = { draining: false };
    return composeService(config, { platform, metrics, lifecycle, log, clock, version: '0' }).routes;
  } finally {
    await platform.close();
    await remove();
  }
}

test('it is an OpenAPI 3.1 document', () => {
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get('content-type') ?? '', /^application\/json/);
  assert.match(document.openapi, /^3\.1\.\d+$/);
  assert.ok(document.info.title);
  assert.match(document.info.version, /^\d+\.\d+\.\d+/);
  assert.ok(operations.length > 10);
});

test('every route is in it, and nothing else', async () => {
  const mounted = (await mountedRoutes()).map(({ method, path }) => `${method} ${path}`);
  const documented = operations.map(({ method, path }) => `${method} ${path}`);
  assert.deepEqual(documented.sort(), mounted.sort());
});

test('every operation has an id of its own, a summary, a tag and an answer that is good news', () => {
  const ids = operations.map(({ operation }) => operation.operationId);
  assert.equal(new Set(ids).size, ids.length);
  for (const { operation } of operations) {
    assert.ok(operation.summary, operation.operationId);
    assert.equal(operation.tags.length, 1, operation.operationId);
    assert.ok(Object.keys(operation.responses).some((status) => Number(status) < 400));
    for (const { description } of Object.values(operation.responses)) assert.ok(description);
  }
});

test('the parameters of a path are those that its template names, and required', () => {
  for (const { path, operation } of operations) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const given = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
    assert.deepEqual(given.map(({ name }) => name).sort(), named.sort(), path);
    assert.ok(given.every(({ required }) => required === true));
    const all = (operation.parameters ?? []).map((parameter) => `${parameter.in} ${parameter.name}`);
    assert.equal(new Set(all).size, all.length, path);
  }
});

test('every reference leads somewhere in the document', () => {
  const references = JSON.stringify(document).match(/"\$ref":"[^"]+"/g) ?? [];
  assert.ok(references.length > 0);
  for (const reference of references) {
    const [, path = ''] = /"#\/([^"]+)"$/.exec(reference) ?? assert.fail(reference);
    let place: unknown = document;
    for (const step of path.split('/')) place = (place as Record<string, unknown>)[step];
    assert.ok(place, reference);
  }
});

test('every security requirement is defined, and every call but the public ones has one', () => {
  const schemes = Object.keys(document.components.securitySchemes);
  const isEmpty = (requirement: object) => Object.keys(requirement).length === 0;
  // An empty requirement beside others says that they are optional.
  const open = operations.filter(
    ({ operation: { security } }) => security.length === 0 || security.some(isEmpty),
  );
  assert.deepEqual(open.map(({ operation }) => operation.operationId).sort(), [
    'createFeedback',
    'createUpload',
    'health',
    'openForm',
    'openSenderAccess',
    'requestCode',
    'verifyCode',
  ]);
  for (const { operation } of operations) {
    for (const name of operation.security.flatMap(Object.keys)) assert.ok(schemes.includes(name), name);
  }
});

test('every problem that is documented exists, under its own status, with the schema of a problem', () => {
  for (const { operation } of operations) {
    for (const [status, { description, content }] of Object.entries(operation.responses)) {
      if (Number(status) < 400) continue;
      const codes = [...description.matchAll(/`(\w+)`:/g)].map(([, code]) => code);
      assert.ok(codes.length > 0, `${operation.operationId} ${status}`);
      for (const code of codes) {
        assert.equal(problems[code as keyof typeof problems]?.status, Number(status), `${code}`);
      }
      assert.deepEqual(content?.['application/problem+json']?.schema, {
        $ref: '#/components/schemas/Problem',
      });
    }
  }
});
