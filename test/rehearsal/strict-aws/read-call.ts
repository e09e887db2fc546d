import type { IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { ApiModel } from './api-model.ts';
import type { AwsCall, Members, Protocol } from './aws-call.ts';
import { AwsError } from './aws-error.ts';
import { decodeForm } from './decode-form.ts';

/** What is passed on without a look inside: no API model, or a protocol that none of the fleet's clients speaks. */
export type OpaqueCall = Pick<AwsCall, 'method' | 'url' | 'headers' | 'body'>;

const scope = /Credential=[^/]+\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/;

/**
 * Reads a request: the service and the region out of the signature's scope, the action and its parameters out of
 * the body. Opaque for REST services such as S3, which the stand-in leaves to moto.
 */
export async function readCall(
  request: IncomingMessage,
  models: (service: string) => ApiModel | undefined,
): Promise<AwsCall | OpaqueCall> {
  const opaque: OpaqueCall = {
    method: request.method ?? 'GET',
    url: request.url ?? '/',
    headers: headersOf(request),
    body: await buffer(request),
  };
  const [, region = '', service = ''] = scope.exec(request.headers.authorization ?? '') ?? [];
  const model = service ? models(service) : undefined;
  const type = request.headers['content-type'] ?? '';
  if (!model || request.method !== 'POST') return opaque;
  if (type.startsWith('application/x-www-form-urlencoded')) {
    const form = new URLSearchParams(opaque.body.toString('utf8'));
    const protocol: Protocol = model.metadata.protocol === 'ec2' ? 'ec2' : 'query';
    const action = form.get('Action') ?? '';
    const input = operation(model, action).input;
    const { params, malformed } = decodeForm(model, input, form, protocol);
    return { ...opaque, service, action, params, region, protocol, model, input, malformed };
  }
  if (type.startsWith('application/x-amz-json-')) {
    const action = (request.headers['x-amz-target'] ?? '').toString().split('.').at(-1) ?? '';
    const input = operation(model, action).input;
    const params: Members = JSON.parse(opaque.body.toString('utf8') || '{}');
    return { ...opaque, service, action, params, region, protocol: 'json', model, input, malformed: [] };
  }
  if (model.metadata.protocol.startsWith('rest-')) return opaque;
  throw new AwsError('UnknownOperationException', `${service} is not understood with ${type}`);
}

function operation(model: ApiModel, action: string) {
  const found = model.operations[action];
  if (!found) throw new AwsError('InvalidAction', `The action ${action} is not valid for this web service.`);
  return found;
}

function headersOf(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}
