import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import test from 'node:test';
import { promisify } from 'node:util';
import { startInlet } from '../support/start-inlet.ts';
import { tempFolder } from '../support/temp-folder.ts';

const checks = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
];

test('whatever a client makes of the API document, the answers are as it says', async (t) => {
  const program = process.env.INLET_TEST_SCHEMATHESIS;
  assert.ok(program, 'INLET_TEST_SCHEMATHESIS must name the schemathesis program');
  const inlet = await startInlet({ INLET_LOG_LEVEL: 'warn' });
  t.after(inlet.stop);
  const work = await tempFolder();
  t.after(work.remove);
  // The seed is fixed: what fails, fails again.
  const { stdout } = await promisify(execFile)(
    program,
    [
      ...['run', `${inlet.url}/openapi.json`, '--header', `X-Api-Key: ${inlet.key}`],
      ...['--phases', 'coverage,fuzzing', '--max-examples', '50', '--seed', '1'],
      ...['--checks', checks.join(','), '--request-timeout', '10'],
    ],
    { cwd: work.folder, maxBuffer: 64 * 1024 ** 2 },
  ).catch((error) => assert.fail(`${error.stdout}\n${error.stderr}`));
  assert.match(stdout, /Test cases:\s+\d+ generated, \d+ passed/);
  assert.deepEqual(
    inlet.logs().filter(({ level }) => level === 'error'),
    [],
  );
});
