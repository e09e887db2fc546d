import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvalidSsmlException, PollyServiceException } from '@aws-sdk/client-polly';
import { AppError } from '../../../src/app-error.ts';
import { asSpeechError } from '../../../src/platform/aws/polly-error.ts';

const $metadata = { httpStatusCode: 400 };

function failure(name: string, httpStatusCode = 400) {
  return new PollyServiceException({
    name,
    $fault: 'client',
    $metadata: { httpStatusCode },
    message: 'secret',
  });
}

test('a refusal of Polly comes out in words of the service, its own go into the log only', () => {
  const cause = new InvalidSsmlException({ $metadata, message: 'secret' });
  const error = asSpeechError(cause);
  assert.ok(error instanceof AppError);
  assert.equal(error.code, 'speech_failed');
  assert.doesNotMatch(error.detail ?? '', /secret/);
  assert.equal(error.cause, cause);
});

test('throttling and outages may be tried again', () => {
  for (const cause of [failure('ThrottlingException'), failure('ServiceFailureException', 500)]) {
    const error = asSpeechError(cause);
    assert.ok(error instanceof AppError);
    assert.equal(error.code, 'store_unavailable');
  }
});

test('a missing permission stays what it is, for somebody to give it', () => {
  const cause = failure('AccessDeniedException', 403);
  assert.equal(asSpeechError(cause), cause);
});
