import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A call to AWS as it came in: of the query protocol (SNS) or of a JSON API (SES v2). */
export interface RecordedCall {
  /** The `Action`, else method and path. */
  name: string;
  /** The form's members without `Action` and `Version`, or the members of the JSON body. */
  parameters: Record<string, unknown>;
}

export interface CannedAnswer {
  status: number;
  headers?: Record<string, string>;
  body: string;
}

/** What becomes of a call: an answer of the test, a connection that ends without one, or the server behind. */
export type Answering = (call: RecordedCall) => CannedAnswer | 'drop' | 'pass';

export interface RecordingProxy {
  url: string;
  /** In the order in which they came. */
  calls: RecordedCall[];
  stop(): Promise<void>;
}

/** An HTTP server that notes every call to AWS, and answers it or hands it on to `target`. */
export async function startRecordingProxy(
  target: string | undefined,
  answering: Answering = () => 'pass',
): Promise<RecordingProxy> {
  const calls: RecordedCall[] = [];
  const server = createServer((incoming, outgoing) => {
    handle(incoming, outgoing).catch(() => outgoing.destroy());
  });

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const call = readCall(incoming, body.toString());
    calls.push(call);
    const answer = answering(call);
    if (answer === 'drop') {
      incoming.socket.destroy();
    } else if (answer === 'pass') {
      await passOn(target, incoming, body, outgoing);
    } else {
      outgoing.writeHead(answer.status, answer.headers).end(answer.body);
    }
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function readCall({ method, url, headers }: IncomingMessage, body: string): RecordedCall {
  if (headers['content-type']?.startsWith('application/x-www-form-urlencoded')) {
    const { Action = '', Version: _, ...parameters } = Object.fromEntries(new URLSearchParams(body));
    return { name: Action, parameters };
  }
  return { name: `${method} ${url}`, parameters: body === '' ? {} : JSON.parse(body) };
}

async function passOn(
  target: string | undefined,
  { method, url, headers }: IncomingMessage,
  body: Buffer,
  outgoing: ServerResponse,
): Promise<void> {
  if (target === undefined) throw new Error('there is no server behind');
  const onward = request(new URL(url ?? '/', target), { method, headers, agent: false });
  onward.end(body);
  const [answer] = (await once(onward, 'response')) as [IncomingMessage];
  outgoing.writeHead(answer.statusCode ?? 502, answer.headers).end(await buffer(answer));
}

/** An error as SNS's query protocol has it. */
export function snsError(code: string, message: string, status = 400): CannedAnswer {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
  const body = `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">${error}<RequestId>r</RequestId></ErrorResponse>`;
  return { status, headers: { 'content-type': 'text/xml' }, body };
}

/** An answer as SNS's query protocol has it; `result` is XML. */
export function snsAnswer(action: string, result: string): CannedAnswer {
  const inner = `<${action}Result>${result}</${action}Result><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>`;
  const body = `<${action}Response xmlns="http://sns.amazonaws.com/doc/2010-03-31/">${inner}</${action}Response>`;
  return { status: 200, headers: { 'content-type': 'text/xml' }, body };
}

/** An answer of a JSON API such as SES v2. */
export function jsonAnswer(status: number, body: object, errorType?: string): CannedAnswer {
  const headers = {
    'content-type': 'application/json',
    ...(errorType && { 'x-amzn-errortype': errorType }),
  };
  return { status, headers, body: JSON.stringify(body) };
}
