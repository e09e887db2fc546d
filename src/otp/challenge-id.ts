import { z } from 'zod';

/**
 * `<keyed hash of the address>.<128 random bits>`, both in base64url: the first part leads to the item of the
 * address, without an index; nobody guesses the second.
 */
export const challengeId = z
  .string()
  .regex(/^[\w-]{22}\.[\w-]{22}$/)
  .meta({ description: 'The id of the code, as in the answer to `POST /v1/otp`.' });

export function makeChallengeId(subject: string, randomBytes: (size: number) => Buffer): string {
  return `${subject}.${randomBytes(16).toString('base64url')}`;
}

/** The key of the subject that a well-formed id belongs to. */
export function subjectOfChallenge(id: string): string {
  return id.slice(0, id.indexOf('.'));
}
