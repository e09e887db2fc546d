import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ApiModel } from './api-model.ts';
import type { AwsCall } from './aws-call.ts';
import { AwsError } from './aws-error.ts';
import { type Handlers, isRead, nameOf, type Refusals } from './behaviour.ts';
import type { Faults } from './faults.ts';
import { modelRefusal } from './model-refusal.ts';
import { asAwsError } from './moto-clients.ts';
import { passOn } from './pass-on.ts';
import { type OpaqueCall, readCall } from './read-call.ts';
import type { RecordedCall, Recorder } from './recorder.ts';
import { writeAnswer, writeError } from './write-answer.ts';

/** What the stand-in does in one region. */
export interface Site {
  refusals: Refusals;
  handlers: Handlers;
  /** Looks at the state after a call that changed something. */
  afterChange: (call: AwsCall) => Promise<void>;
}

interface ProxyParts {
  moto: string;
  /** Undefined for a region that has no groups and stacks of the stand-in: there is only moto. */
  siteOf: (region: string) => Site | undefined;
  models: (service: string) => ApiModel | undefined;
  recorder: Recorder;
  faults: Faults;
}

/** Stands between the SDK's clients and moto, on a free port of the loopback address. */
export async function startProxy(parts: ProxyParts) {
  // Calls take effect one after another: what a rule looks at stays as it is until the call is through.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
  const server = createServer((request, response) => {
    serve(request, response, parts, inTurn).catch((error: unknown) => response.destroy(error as Error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  parts: ProxyParts,
  inTurn: <T>(work: () => Promise<T>) => Promise<T>,
) {
  let call: AwsCall | OpaqueCall;
  try {
    call = await readCall(request, parts.models);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    parts.recorder.violate('api-model', error.message);
    return writeError(response, { protocol: 'query' }, error);
  }
  if (!('service' in call)) return send(response, await passOn(parts.moto, call));
  const recorded = parts.recorder.record(call);
  // A listener that throws breaks the connection: before the call takes effect, or instead of its answer.
  await parts.recorder.tell(recorded, 'before');
  const answer = await inTurn(() =>
    answerCall(call, parts).catch((error) => refused(recorded, parts, error)),
  );
  await parts.recorder.tell(recorded, 'after');
  if (answer instanceof AwsError) writeError(response, call, answer);
  else if ('bytes' in answer) send(response, answer);
  else writeAnswer(response, call, answer.members);
}

async function answerCall(call: AwsCall, parts: ProxyParts) {
  parts.faults.check(call);
  const fault = modelRefusal(call);
  if (fault) {
    parts.recorder.violate('api-model', `${nameOf(call)}: ${fault.message}`);
    throw fault;
  }
  const site = parts.siteOf(call.region);
  await site?.refusals[nameOf(call)]?.(call);
  const members = await site?.handlers[nameOf(call)]?.(call);
  const answer = members ? { members } : await passOn(parts.moto, call);
  // moto's own faults come as pages of HTML.
  if ('bytes' in answer && answer.status === 500) throw new Error(`moto failed at ${nameOf(call)}`);
  if (!isRead(call)) await site?.afterChange(call);
  return answer;
}

/** The refusal that the client is told. What is not AWS's is the stand-in's own fault, and a test must see it. */
function refused(recorded: RecordedCall, { recorder }: ProxyParts, cause: unknown): AwsError {
  let error = asAwsError(cause);
  if (!(error instanceof AwsError)) {
    recorder.violate('stand-in', error instanceof Error ? (error.stack ?? error.message) : String(error));
    error = new AwsError('InternalFailure', 'The stand-in failed', 500);
  }
  recorded.refused = (error as AwsError).code;
  return error as AwsError;
}

function send(response: ServerResponse, { status, headers, bytes }: Awaited<ReturnType<typeof passOn>>) {
  response.writeHead(status, headers).end(bytes);
}
