import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type ProblemCode, problems } from '../../src/errors.ts';
import type { RawAnswer } from './raw-request.ts';
import { jpeg } from './samples.ts';
import type { Inlet } from './start-inlet.ts';
import { until } from './until.ts';

export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  detail?: string;
  instance: string;
  code: ProblemCode;
  requestId: string;
  errors?: { pointer: string; detail: string }[];
}

/** What these messages are is found out before there is a route, so no route's documentation has them. */
const routeless = new Set(['not_found', 'method_not_allowed', 'invalid_request', 'headers_too_large']);

/**
 * The answer is the problem that was expected: status, `code`, media type, every member that a problem must
 * have, the two headers that every answer has; and the API's document says that the call can have it.
 * `call` is method and path, such as `POST /v1/uploads`.
 */
export async function assertProblem(
  inlet: Inlet,
  answer: Response | RawAnswer,
  call: string,
  code: ProblemCode,
): Promise<ProblemBody> {
  const raw = answer instanceof Response ? await toRaw(answer) : answer;
  const { headers, body } = raw;
  const status = problems[code].status;
  assert.equal(raw.status, status, `${call}: ${raw.status} ${body}`);
  assert.match(headers['content-type'] ?? '', /^application\/problem\+json\b/, call);
  assert.equal(headers['x-powered-by'], undefined);
  assert.ok(headers['x-inlet-release'], `${call} has X-Inlet-Release`);
  const problem = JSON.parse(body) as ProblemBody;
  assert.equal(problem.code, code, `${call}: ${body}`);
  assert.equal(problem.status, status);
  assert.equal(problem.type, `/docs/errors#${code}`);
  assert.equal(problem.title, problems[code].title);
  assert.equal(problem.requestId, headers['x-request-id']);
  assert.ok(problem.instance.startsWith('/'), 'instance is a path');
  await assertDocumented(inlet, call, code);
  return problem;
}

async function toRaw(answer: Response): Promise<RawAnswer> {
  const { status, headers } = answer;
  return { status, headers: Object.fromEntries(headers), body: await answer.text(), interim: [] };
}

interface OpenApi {
  paths: Record<string, Record<string, { responses: Record<string, { description: string }> }>>;
}

async function assertDocumented(inlet: Inlet, call: string, code: ProblemCode): Promise<void> {
  if (routeless.has(code)) return;
  const [method = '', target = ''] = call.split(' ');
  const document = (await (await inlet.fetch('/openapi.json')).json()) as OpenApi;
  const pathname = target.replace(/\?.*/, '');
  const found =
    document.paths[pathname] ??
    Object.entries(document.paths).find(([template]) =>
      new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(pathname),
    )?.[1];
  const documented = found?.[method.toLowerCase()]?.responses[String(problems[code].status)]?.description;
  assert.ok(documented?.includes(`\`${code}\``), `${call} documents ${code}, not only: ${documented}`);
}

/** Everything that uploads leave in the data folder. */
export async function storedThings(inlet: Inlet) {
  const list = async (name: string) => {
    const entries = await readdir(path.join(inlet.dataDir, name), { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  };
  const database = new DatabaseSync(path.join(inlet.dataDir, 'inlet.db'), { readOnly: true, timeout: 5000 });
  try {
    const rows = database.prepare('SELECT id, state FROM uploads').all();
    return { objects: await list('objects'), staging: await list('staging'), rows };
  } finally {
    database.close();
  }
}

const nothing = { objects: [], staging: [], rows: [] };

/** Not a byte and not an entry of any upload is there, seen or unseen. */
export async function assertNothingStored(inlet: Inlet): Promise<void> {
  assert.deepEqual(await storedThings(inlet), nothing);
  const response = await inlet.fetch('/v1/uploads', { headers: { 'X-Api-Key': inlet.key } });
  assert.deepEqual(await response.json(), { items: [], nextCursor: null });
}

/** How many uploads are over, in whichever way. */
export const endedUploads = (inlet: Inlet) => inlet.metric('inlet_uploads_total');

/**
 * The same for a client that left: nobody is told when the last of its traces is gone. So this first waits
 * until as many uploads are over as must be, and then until their traces have vanished.
 */
export async function assertNothingStays(inlet: Inlet, ended: number): Promise<void> {
  await until(async () => (await endedUploads(inlet)) >= ended || undefined);
  await until(async () => {
    const { objects, staging, rows } = await storedThings(inlet);
    return objects.length + staging.length + rows.length === 0 || undefined;
  });
  await assertNothingStored(inlet);
}

/** A good upload still succeeds. It is taken away again. */
export async function assertStillServes(inlet: Inlet): Promise<void> {
  const response = await inlet.fetch('/v1/uploads?name=good.jpg', { method: 'POST', body: jpeg() });
  assert.equal(response.status, 201, await response.clone().text());
  const { uploads } = (await response.json()) as { uploads: { id: string }[] };
  const removed = await inlet.fetch(`/v1/uploads/${uploads[0]?.id}`, {
    method: 'DELETE',
    headers: { 'X-Api-Key': inlet.key },
  });
  assert.equal(removed.status, 204);
}

/** The upload was refused with this problem, nothing of it was kept, and the process goes on serving. */
export async function assertRefused(
  inlet: Inlet,
  answer: Response | RawAnswer,
  code: ProblemCode,
): Promise<ProblemBody> {
  const problem = await assertProblem(inlet, answer, 'POST /v1/uploads', code);
  await assertNothingStored(inlet);
  await assertStillServes(inlet);
  return problem;
}
