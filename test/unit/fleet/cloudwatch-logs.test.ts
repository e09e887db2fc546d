import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filterPattern } from '../../../scripts/fleet/aws/cloudwatch-logs.ts';

test('lines are told by the words that the service writes its levels and its release in', () => {
  assert.equal(filterPattern({ version: undefined, level: undefined }), undefined);
  assert.equal(filterPattern({ version: 8, level: undefined }), '{ $.release = "v8" }');
  assert.equal(
    filterPattern({ version: 8, level: 'error' }),
    '{ $.release = "v8" && ($.level = "error" || $.level = "fatal") }',
  );
});
