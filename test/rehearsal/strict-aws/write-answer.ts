import type { ServerResponse } from 'node:http';
import type { ApiModel, Shape, ShapeReference } from './api-model.ts';
import type { AwsCall, Members } from './aws-call.ts';
import type { AwsError } from './aws-error.ts';

const requestId = '00000000-0000-4000-8000-000000000000';

/** Writes an answer of the stand-in's own in the protocol of the call, by the output shape of the API model. */
export function writeAnswer(response: ServerResponse, call: AwsCall, answer: Members): void {
  const output = call.model.operations[call.action]?.output;
  if (call.protocol === 'json') {
    const body = output ? toJson(call.model, output, answer) : {};
    response.writeHead(200, jsonHeaders(call)).end(JSON.stringify(body));
    return;
  }
  const content = output ? toXml(call.model, output, answer, call.protocol) : '';
  const { xmlNamespace } = call.model.metadata;
  const namespace = typeof xmlNamespace === 'object' ? xmlNamespace.uri : xmlNamespace;
  const wrapper = output?.resultWrapper ?? `${call.action}Result`;
  const body =
    call.protocol === 'ec2'
      ? `<requestId>${requestId}</requestId>${content || '<return>true</return>'}`
      : `<${wrapper}>${content}</${wrapper}><ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
  response
    .writeHead(200, { 'content-type': 'text/xml', 'x-amzn-requestid': requestId })
    .end(`<${call.action}Response xmlns="${namespace}">${body}</${call.action}Response>`);
}

/** Refuses a call in the form of its protocol. */
export function writeError(
  response: ServerResponse,
  call: Pick<AwsCall, 'protocol'> & Partial<AwsCall>,
  error: AwsError,
): void {
  const { code, message, status } = error;
  if (call.protocol === 'json') {
    const query = call.model?.metadata.awsQueryCompatible
      ? { 'x-amzn-query-error': `${code};${status < 500 ? 'Sender' : 'Receiver'}` }
      : {};
    response
      .writeHead(status, { ...jsonHeaders(call), ...query })
      .end(JSON.stringify({ __type: code, message }));
    return;
  }
  const content = `<Code>${code}</Code><Message>${escapeXml(message)}</Message>`;
  const body =
    call.protocol === 'ec2'
      ? `<Response><Errors><Error>${content}</Error></Errors><RequestID>${requestId}</RequestID></Response>`
      : `<ErrorResponse><Error><Type>${status < 500 ? 'Sender' : 'Receiver'}</Type>${content}</Error>` +
        `<RequestId>${requestId}</RequestId></ErrorResponse>`;
  response.writeHead(status, { 'content-type': 'text/xml', 'x-amzn-requestid': requestId }).end(body);
}

function jsonHeaders({ model }: Partial<AwsCall>) {
  const version = model?.metadata.jsonVersion ?? '1.1';
  return { 'content-type': `application/x-amz-json-${version}`, 'x-amzn-requestid': requestId };
}

function toXml(
  model: ApiModel,
  reference: ShapeReference,
  value: unknown,
  protocol: 'query' | 'ec2',
): string {
  const shape = model.shapes[reference.shape] as Shape;
  if (shape.type === 'structure') {
    return Object.entries(shape.members ?? {})
      .map(([name, member]) => {
        const item = (value as Members)[name];
        if (item === undefined || item === null) return '';
        const tag = member.locationName ?? name;
        return `<${tag}>${toXml(model, member, item, protocol)}</${tag}>`;
      })
      .join('');
  }
  if (shape.type === 'list') {
    const member = shape.member as ShapeReference;
    const tag = member.locationName ?? (protocol === 'ec2' ? 'item' : 'member');
    return (value as unknown[])
      .map((item) => `<${tag}>${toXml(model, member, item, protocol)}</${tag}>`)
      .join('');
  }
  if (value instanceof Date) return value.toISOString();
  return escapeXml(String(value));
}

function toJson(model: ApiModel, reference: ShapeReference, value: unknown): unknown {
  const shape = model.shapes[reference.shape] as Shape;
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map((item) => toJson(model, shape.member as ShapeReference, item));
  if (shape.type !== 'structure') return value;
  return Object.fromEntries(
    Object.entries(shape.members ?? {})
      .filter(([name]) => (value as Members)[name] !== undefined)
      .map(([name, member]) => [name, toJson(model, member, (value as Members)[name])]),
  );
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
