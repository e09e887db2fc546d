interface ProblemDefinition {
  status: number;
  title: string;
  /** When it happens. For `docs/errors.md`. */
  meaning: string;
  /** What the person who gets it can do. For `docs/errors.md`. */
  remedy: string;
}

/**
 * Every problem that Inlet answers with, by its `code`. `docs/errors.md` is generated from this list.
 */
export const problems = {
  invalid_request: {
    status: 400,
    title: 'The request could not be read',
    meaning: 'The HTTP message itself is broken: its framing, its headers or its path.',
    remedy: 'Send a well-formed HTTP request. If a `Content-Length` is given, it must be the true length.',
  },
  invalid_json: {
    status: 400,
    title: 'The body is not valid JSON',
    meaning: 'The body was declared as JSON, but is no valid JSON object in UTF-8, or nests too deeply.',
    remedy: 'Send one JSON object in UTF-8, with the members that the API document lists.',
  },
  invalid_form: {
    status: 400,
    title: 'The form could not be read',
    meaning: 'A multipart or urlencoded body is malformed: two boundaries, a broken part header, no name.',
    remedy: 'Let the browser or the HTTP library build the form, and do not set its `Content-Type` by hand.',
  },
  incomplete_body: {
    status: 400,
    title: 'The body ended too early',
    meaning: 'The connection closed, or the form ended without its final boundary. Nothing was stored.',
    remedy: 'Send the request again.',
  },
  empty_body: {
    status: 400,
    title: 'There is nothing in the body',
    meaning: 'The request has no body, or the file in it has no bytes.',
    remedy: 'Choose a file that has content.',
  },
  file_missing: {
    status: 400,
    title: 'The form has no file',
    meaning: 'An upload form needs at least one file part named `file`.',
    remedy: 'Name the file input `file` and choose a file.',
  },
  unexpected_file: {
    status: 400,
    title: 'A file is in the wrong field',
    meaning: 'File parts must be named `file`.',
    remedy: 'Name the file input `file`.',
  },
  invalid_file_name: {
    status: 400,
    title: 'The file name cannot be kept',
    meaning:
      'The name climbs folders, has control or text-direction characters, or is longer than 255 bytes.',
    remedy: 'Rename the file and send it again.',
  },
  invalid_digest: {
    status: 400,
    title: 'The digest could not be read',
    meaning: '`Content-Digest` or `Repr-Digest` is malformed (RFC 9530), or has no `sha-256` member.',
    remedy: 'Send `Content-Digest: sha-256=:<base64>:`, or leave the header out.',
  },
  digest_mismatch: {
    status: 400,
    title: 'The bytes differ from their digest',
    meaning: 'The SHA-256 of the received bytes is not the one that was declared. Nothing was stored.',
    remedy: 'Send the file again; something changed it on the way.',
  },
  invalid_cursor: {
    status: 400,
    title: 'The cursor is not valid',
    meaning: '`cursor` must be a `nextCursor` of an earlier answer, unchanged.',
    remedy: 'Start from the first page, without `cursor`.',
  },
  next_not_allowed: {
    status: 400,
    title: 'The address to continue at is not allowed',
    meaning: '`_next` must be a path of this site, or an address whose origin is in INLET_ALLOWED_ORIGINS.',
    remedy: 'Correct `_next` in the form, or add its origin to the configuration.',
  },
  unauthorized: {
    status: 401,
    title: 'A key is needed',
    meaning: 'The call needs an API key or a bearer token. There was none, or the key is unknown or revoked.',
    remedy: 'Send a valid key in `X-Api-Key`, or a token. Make a key with `npm run keys -- create`.',
  },
  token_invalid: {
    status: 401,
    title: 'The bearer token is not valid',
    meaning: 'The token is malformed, expired, signed by somebody else, or made for another service.',
    remedy:
      'Ask the identity provider for a new token for this service. `detail` says what is wrong with it.',
  },
  forbidden: {
    status: 403,
    title: 'The key does not allow this',
    meaning: 'The key or token is valid, but it or its usage plan lacks the scope that the call needs.',
    remedy: 'Use a key or token that has the scope.',
  },
  origin_not_allowed: {
    status: 403,
    title: 'The key is not for this page',
    meaning: 'The plan of the key names the origins whose pages may use it, and this one is not among them.',
    remedy: 'Use the key from an allowed origin, or add the origin to the plan.',
  },
  source_not_allowed: {
    status: 403,
    title: 'The key is not for this network',
    meaning: 'The plan of the key names the addresses that may use it, and this one is not among them.',
    remedy: 'Use the key from an allowed address, or add the address to the plan.',
  },
  proof_required: {
    status: 403,
    title: 'The address must be verified first',
    meaning: 'This form takes feedback only with a proof that the sender can read at an address.',
    remedy: 'Ask for a code with `POST /v1/otp`, verify it, and send the `proof` along.',
  },
  proof_invalid: {
    status: 403,
    title: 'The proof is not valid',
    meaning: 'The proof was changed, or made for another address, purpose or service.',
    remedy: 'Verify the address again, for this purpose, and use that proof unchanged.',
  },
  proof_expired: {
    status: 403,
    title: 'The proof has expired',
    meaning: 'Proofs are good for INLET_PROOF_SECONDS.',
    remedy: 'Verify the address again.',
  },
  link_invalid: {
    status: 403,
    title: 'The link is not valid',
    meaning: 'The signature does not belong to this address: it was changed, or made for something else.',
    remedy: 'Use the link exactly as it was given, or ask for a new one.',
  },
  link_expired: {
    status: 403,
    title: 'The link has expired',
    meaning: 'Signed links are good for a limited time.',
    remedy: 'Ask for a new link, or use an API key.',
  },
  not_found: {
    status: 404,
    title: 'There is nothing at this address',
    meaning: 'No route has this path.',
    remedy: 'See `/docs` for the calls that exist.',
  },
  upload_not_found: {
    status: 404,
    title: 'There is no such upload',
    meaning: 'No complete upload has this id.',
    remedy: 'Check the id. A deleted upload does not come back.',
  },
  feedback_not_found: {
    status: 404,
    title: 'There is no such feedback',
    meaning: 'No feedback has this id.',
    remedy: 'Check the id. Deleted feedback does not come back.',
  },
  code_not_found: {
    status: 404,
    title: 'There is no such code',
    meaning: 'No code was sent under this id, or so long ago that it is forgotten.',
    remedy: 'Ask for a new code.',
  },
  speech_not_found: {
    status: 404,
    title: 'There is no such speech',
    meaning: 'No speech has this id, or it has no captions.',
    remedy: 'Check the id. Ask for captions with `captions: true`.',
  },
  key_not_found: {
    status: 404,
    title: 'There is no such key',
    meaning: 'No API key has this id.',
    remedy: 'Check the id with `npm run keys -- list`.',
  },
  method_not_allowed: {
    status: 405,
    title: 'The method is not allowed here',
    meaning: 'The path exists, but not for this method.',
    remedy: 'Use one of the methods in the `Allow` header.',
  },
  not_acceptable: {
    status: 406,
    title: 'No acceptable answer',
    meaning: 'The `Accept` header excludes every type that this call can answer with.',
    remedy: 'Accept `application/json`.',
  },
  request_timeout: {
    status: 408,
    title: 'The upload stalled',
    meaning:
      'No bytes came for too long, or they came more slowly than the minimum rate. Nothing was stored.',
    remedy: 'Send the request again over a better connection.',
  },
  proof_used: {
    status: 409,
    title: 'The proof has been used',
    meaning: 'A proof is good for one request.',
    remedy: 'Verify the address again.',
  },
  already_responded: {
    status: 409,
    title: 'This address has responded already',
    meaning: 'The form takes one response an address.',
    remedy: 'Delete the earlier response first, if it should be replaced.',
  },
  quarantined: {
    status: 409,
    title: 'The feedback is in quarantine',
    meaning: 'It looked suspicious when it came, and nobody has released it.',
    remedy: 'Release it with `POST /v1/feedback/{id}/release`, or set its status to `spam`.',
  },
  code_used: {
    status: 410,
    title: 'The code has been used',
    meaning: 'A code verifies an address once.',
    remedy: 'Ask for a new code.',
  },
  code_expired: {
    status: 410,
    title: 'The code has expired',
    meaning: 'Codes are good for ten minutes.',
    remedy: 'Ask for a new code.',
  },
  precondition_failed: {
    status: 412,
    title: 'The upload is not the one expected',
    meaning: '`If-Match` names another version of the content.',
    remedy: 'Fetch the upload again and use its `ETag`.',
  },
  too_large: {
    status: 413,
    title: 'The body is too large',
    meaning: 'A file is larger than INLET_MAX_UPLOAD_BYTES, or a form or JSON body is over its own limit.',
    remedy: 'Send less. `detail` says which limit was met.',
  },
  too_many_parts: {
    status: 413,
    title: 'The form has too many parts',
    meaning: 'The form has more files or fields than one request may have.',
    remedy: 'Send the files in several requests.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'The body is of a type that this call does not take',
    meaning: 'The `Content-Type`, its charset or its `Content-Encoding` is not supported here.',
    remedy: 'Send one of the types that the API document lists, uncompressed, in UTF-8.',
  },
  type_not_allowed: {
    status: 415,
    title: 'Files of this type are not taken',
    meaning: 'What the bytes of the file are is not in INLET_ALLOWED_TYPES, whatever its name says.',
    remedy: 'Convert the file to an allowed type. `detail` says what was found.',
  },
  range_not_satisfiable: {
    status: 416,
    title: 'The range cannot be served',
    meaning: 'The range lies outside the content, or there are too many ranges.',
    remedy: 'Ask for a range inside the size in `Content-Range`.',
  },
  expectation_failed: {
    status: 417,
    title: 'The expectation cannot be met',
    meaning: 'Only `Expect: 100-continue` is known.',
    remedy: 'Leave the `Expect` header out.',
  },
  validation_failed: {
    status: 422,
    title: 'Something in the request is not valid',
    meaning: 'A member, a field or a parameter breaks a rule. `errors` says which one and how.',
    remedy: 'Correct what `errors` points at.',
  },
  code_wrong: {
    status: 422,
    title: 'The code is not right',
    meaning: 'The code differs from the one that was sent. Each try counts, right or wrong.',
    remedy: 'Type the newest code. `detail` says how many tries are left.',
  },
  idempotency_mismatch: {
    status: 422,
    title: 'The idempotency key belongs to another request',
    meaning: 'The same `Idempotency-Key` came before with a different body.',
    remedy: 'Use a new key for a new request; repeat a request only unchanged.',
  },
  rate_limited: {
    status: 429,
    title: 'Too many requests',
    meaning: 'This address, or this key, has sent more than the limit or the plan allows.',
    remedy: 'Wait for the seconds in `Retry-After`.',
  },
  tries_exhausted: {
    status: 429,
    title: 'Too many wrong codes',
    meaning:
      'Too many codes were tried for this address: five in ten minutes, whichever code they were for, or twenty in a day.',
    remedy: 'Wait for the seconds in `Retry-After`.',
  },
  quota_exceeded: {
    status: 429,
    title: 'The quota of the key is used up',
    meaning: 'The plan of the key allows so many requests a month (UTC).',
    remedy: 'Wait for the seconds in `Retry-After`, or move the key to a larger plan.',
  },
  speech_budget_spent: {
    status: 429,
    title: 'The characters of this month are used up',
    meaning: 'Making this speech would go over INLET_SPEECH_CHARACTERS_PER_MONTH. Nothing was made.',
    remedy:
      'Wait for the seconds in `Retry-After`, or raise the budget. What was made before can be fetched.',
  },
  headers_too_large: {
    status: 431,
    title: 'The headers are too large',
    meaning: 'The request line and headers together are over 16 KiB.',
    remedy: 'Send fewer or shorter headers and cookies.',
  },
  internal: {
    status: 500,
    title: 'Something went wrong here',
    meaning: 'A fault in Inlet. The log has the cause under the `requestId`.',
    remedy: 'Try again; if it stays, tell the people who run the service the `requestId`.',
  },
  channel_unavailable: {
    status: 501,
    title: 'Codes cannot be sent this way',
    meaning: 'This service has no sender for the channel: INLET_OTP_EMAIL or INLET_OTP_SMS is off.',
    remedy: 'Use the other channel, or set up a sender (see the configuration).',
  },
  speech_unavailable: {
    status: 501,
    title: 'Speech is not set up here',
    meaning: 'On `local` speech is made by espeak-ng, which is not installed; on `aws` INLET_SPEECH is off.',
    remedy:
      'Install espeak-ng (`apt install espeak-ng`, `brew install espeak-ng`), or set INLET_SPEECH=polly.',
  },
  speech_failed: {
    status: 502,
    title: 'The speech could not be made',
    meaning: 'The speech engine refused the text. `detail` has its reason.',
    remedy: 'Correct the text and ask again.',
  },
  store_unavailable: {
    status: 503,
    title: 'The store cannot be reached',
    meaning: 'The request cannot be kept safely just now, so it was not taken. Nothing was stored.',
    remedy: 'Send it again after the seconds in `Retry-After`.',
  },
  busy: {
    status: 503,
    title: 'Too many uploads at once',
    meaning: 'The memory set aside for uploads is in use.',
    remedy: 'Send it again after the seconds in `Retry-After`.',
  },
  draining: {
    status: 503,
    title: 'This instance is leaving',
    meaning: 'The process finishes what it has and takes nothing new. Only `/health` answers with this.',
    remedy: 'None needed: the load balancer uses another instance.',
  },
} as const satisfies Record<string, ProblemDefinition>;

export type ProblemCode = keyof typeof problems;
