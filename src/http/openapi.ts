import { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import { type ProblemCode, problems } from '../errors.ts';
import type { Content, Route } from './route.ts';

const problemSchema = z
  .object({
    type: z.string().meta({ description: 'Where the code is explained.' }),
    title: z.string(),
    status: z.number().int(),
    detail: z.string().optional(),
    instance: z.string(),
    code: z.string(),
    requestId: z.string(),
    errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457.' });

/** Files go beside the text members of a form, which JSON Schema cannot say in zod. */
const fileParts = {
  type: 'array',
  items: { type: 'string', contentMediaType: 'application/octet-stream' },
} as const;

function content(given: Content, mode: 'request' | 'response') {
  return Object.fromEntries(
    Object.entries(given).map(([mediaType, schema]) => {
      if (mode === 'request' && mediaType === 'multipart/form-data') {
        const files = { type: 'object', properties: { file: fileParts } } as const;
        return [
          mediaType,
          { schema: schema ? { allOf: [schema, files] } : { ...files, required: ['file'] } },
        ];
      }
      return [mediaType, schema ? { schema } : {}];
    }),
  );
}

/** What can be wrong with a key, a token or their plan, and with asking about them. */
const keyProblems = [
  'unauthorized',
  'token_invalid',
  'forbidden',
  'origin_not_allowed',
  'source_not_allowed',
  'rate_limited',
  'quota_exceeded',
  'store_unavailable',
] as const satisfies ProblemCode[];

/** The problems that a route can have because of what it is, and those that it names. */
function problemsOf(route: Route): ProblemCode[] {
  const looksAtKeys = route.access !== 'public' || route.trusts !== undefined;
  const takesBody = route.method === 'post' || route.method === 'patch';
  return [
    ...route.problems,
    'not_acceptable',
    'expectation_failed',
    ...(looksAtKeys ? keyProblems : []),
    ...(typeof route.access === 'object' && route.access.orSignedLink
      ? (['link_invalid', 'link_expired'] as const)
      : []),
    ...(route.rateLimit ? (['rate_limited'] as const) : []),
    ...(route.query || route.body ? (['validation_failed'] as const) : []),
    ...(route.body ? (['invalid_json', 'empty_body'] as const) : []),
    ...(takesBody ? (['too_large', 'unsupported_media_type'] as const) : []),
  ];
}

function problemResponses(codes: ProblemCode[]) {
  const byStatus = Object.groupBy([...new Set(codes)], (code) => String(problems[code].status));
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, group = []]) => [
      status,
      {
        description: group.map((code) => `\`${code}\`: ${problems[code].title}.`).join(' '),
        content: { 'application/problem+json': { schema: problemSchema } },
      },
    ]),
  );
}

function security(route: Route) {
  const keyOrToken = [{ apiKey: [] }, { bearerAuth: [] }];
  if (route.access === 'public') return route.trusts ? [{}, ...keyOrToken] : [];
  const orLink = typeof route.access === 'object' && route.access.orSignedLink;
  return [...keyOrToken, ...(orLink ? [{ signedLink: [], linkExpiry: [] }] : [])];
}

function operation(route: Route): ZodOpenApiOperationObject {
  const responses = Object.entries(route.responses).map(([status, response]) => [
    status,
    {
      description: response.description,
      ...(response.content && { content: content(response.content, 'response') }),
    },
  ]);
  const body = route.requestContent ?? (route.body && { 'application/json': route.body });
  return {
    operationId: route.operationId,
    summary: route.summary,
    ...(route.description && { description: route.description }),
    tags: [route.tag],
    security: security(route),
    requestParams: {
      ...(route.params && { path: route.params as z.ZodObject }),
      ...(route.query && { query: route.query as z.ZodObject }),
      ...(route.requestHeaders && { header: route.requestHeaders }),
    },
    ...(body && { requestBody: { required: true, content: content(body, 'request') } }),
    responses: { ...problemResponses(problemsOf(route)), ...Object.fromEntries(responses) },
  } as ZodOpenApiOperationObject;
}

/** The OpenAPI 3.1 document, made from the definitions that the router works by. */
export function createOpenApi(routes: Route[], version: string) {
  const paths: ZodOpenApiPathsObject = {};
  for (const route of routes) paths[route.path] = { ...paths[route.path], [route.method]: operation(route) };
  return createDocument({
    openapi: '3.1.1',
    info: {
      title: 'Inlet',
      version,
      description: 'Takes in what visitors send to a website, and hands it to the people behind it.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      securitySchemes: {
        apiKey: { type: 'apiKey', in: 'header', name: 'X-Api-Key' },
        bearerAuth: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'Where the service takes tokens: an access token of its issuer (RFC 9068).',
        },
        signedLink: {
          type: 'apiKey',
          in: 'query',
          name: 'signature',
          description: 'Comes with a signed link.',
        },
        linkExpiry: {
          type: 'apiKey',
          in: 'query',
          name: 'expires',
          description: 'Comes with a signed link.',
        },
      },
    },
  });
}
