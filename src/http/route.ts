import type { Request, Response } from 'express';
import type { Logger } from 'pino';
import type { z } from 'zod';
import type { ProblemCode } from '../errors.ts';
import type { Scope } from '../keys/key-store.ts';
import type { Caller } from './caller.ts';

/**
 * Anyone; whoever has a good key or token; those whose key or token has the scope; or those and whoever has a signed
 * link to the address.
 */
export type Access = 'public' | 'any key' | { scope: Scope; orSignedLink?: boolean };

export interface Reply {
  status: number;
  /** Sent as JSON. Without it the answer has no body. */
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Call<Params = unknown, Query = unknown, Body = unknown> {
  params: Params;
  query: Query;
  body: Body;
  req: Request;
  res: Response;
  log: Logger;
  /** Who has sent a key or token that was looked at. */
  caller?: Caller | undefined;
  /** Whether the caller has the scope that the route `trusts`. */
  trusted: boolean;
  /** Aborts when the client goes away or stalls; its reason is the problem. */
  signal: AbortSignal;
}

/** A media type that an answer or a request has, with its schema; without one it is described as bytes. */
export type Content = Record<string, z.ZodType | undefined>;

export interface RouteDefinition<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
> {
  method: 'get' | 'post' | 'patch' | 'delete';
  /** In OpenAPI's form: `/v1/uploads/{id}`. Also the `route` label of the metrics. */
  path: string;
  operationId: string;
  summary: string;
  description?: string;
  tag: string;
  access: Access;
  /** On a public route: whoever sends a key or token with this scope is trusted. */
  trusts?: Scope;
  /** The rate limit that counts this call. */
  rateLimit?: string;
  /** A request whose `Content-Length` is over this many bytes is refused before its body is read. */
  maxBodyBytes?(req: Request): number;
  params?: Params;
  /** What a malformed path parameter is answered with: it names nothing that exists. */
  missing?: ProblemCode;
  query?: Query;
  /** A JSON body, parsed and validated. Routes that read their body themselves set `requestContent`. */
  body?: Body;
  requestContent?: Content;
  requestHeaders?: z.ZodObject;
  responses: Record<number, { description: string; content?: Content; headers?: Record<string, string> }>;
  /** Problems beyond those that every route of its kind can have. */
  problems: ProblemCode[];
  /** Answers with a reply, or with nothing when it has answered through `res` itself. */
  handle(call: Call<z.output<Params>, z.output<Query>, z.output<Body>>): Promise<Reply | undefined>;
}

/** A route as the router and the OpenAPI document read it, whatever its schemas. */
export type Route = Omit<RouteDefinition, 'handle'> & {
  // biome-ignore lint/suspicious/noExplicitAny: a list of routes has handlers for different schemas.
  handle(call: Call<any, any, any>): Promise<Reply | undefined>;
};

/** Gives the handler the types of the route's schemas. */
export function defineRoute<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType>(
  route: RouteDefinition<Params, Query, Body>,
): Route {
  return route;
}
