import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';
import { text } from 'node:stream/consumers';

/** A call about a lifecycle hook, as an instance made it. */
export interface LifecycleCall {
  action: 'CompleteLifecycleAction' | 'RecordLifecycleActionHeartbeat';
  hook: string;
  group: string;
  instance: string;
  /** `CONTINUE` or `ABANDON`; undefined for a heartbeat. */
  result: string | undefined;
  accepted: boolean;
}

export interface LifecycleRecorder {
  port: number;
  calls: LifecycleCall[];
  /** Makes a hook wait for an instance, as Auto Scaling does when the instance comes to it. */
  wait(instance: string, hook: string): void;
  /** Resolves once a call that was accepted matches: the first such, even if it came before. */
  accepted(match: Partial<LifecycleCall>): Promise<LifecycleCall>;
  stop(): Promise<void>;
}

const namespace = 'http://autoscaling.amazonaws.com/doc/2011-01-01/';

/**
 * Stands before another AWS endpoint on the loopback address and answers what that one lacks: the two calls by
 * which an instance answers its lifecycle hooks. A hook can be completed once for each time that it waits; more
 * than that gets the refusal of Auto Scaling. Everything else passes through as it is.
 */
export async function startLifecycleRecorder(target: string): Promise<LifecycleRecorder> {
  const calls: LifecycleCall[] = [];
  const waiting = new Set<string>();
  const watchers = new Set<() => void>();

  function judge(form: URLSearchParams): { status: number; xml: string } {
    const get = (name: string) => form.get(name) ?? '';
    const action = get('Action') as LifecycleCall['action'];
    const [hook, group, instance] = [
      get('LifecycleHookName'),
      get('AutoScalingGroupName'),
      get('InstanceId'),
    ];
    const result = form.get('LifecycleActionResult') ?? undefined;
    const accepted = waiting.has(`${instance} ${hook}`);
    calls.push({ action, hook, group, instance, result, accepted });
    if (accepted && action === 'CompleteLifecycleAction') waiting.delete(`${instance} ${hook}`);
    for (const watcher of watchers) watcher();
    const id = `<RequestId>${randomUUID()}</RequestId>`;
    if (accepted) {
      const metadata = `<ResponseMetadata>${id}</ResponseMetadata>`;
      const xml = `<${action}Response xmlns="${namespace}"><${action}Result/>${metadata}</${action}Response>`;
      return { status: 200, xml };
    }
    const message = `No active Lifecycle Action found with instance ID ${instance}`;
    const error = `<Error><Type>Sender</Type><Code>ValidationError</Code><Message>${message}</Message></Error>`;
    return { status: 400, xml: `<ErrorResponse xmlns="${namespace}">${error}${id}</ErrorResponse>` };
  }

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    // The signature names the service that is meant.
    if (!req.headers.authorization?.includes('/autoscaling/')) return passOn(req, res);
    const { status, xml } = judge(new URLSearchParams(await text(req)));
    res.writeHead(status, { 'content-type': 'text/xml' }).end(xml);
  }

  function passOn(req: IncomingMessage, res: ServerResponse): void {
    const { method, headers } = req;
    const outgoing = request(new URL(req.url ?? '/', target), { method, headers });
    outgoing.once('response', (incoming) => {
      res.writeHead(incoming.statusCode ?? 502, incoming.headers);
      pipeline(incoming, res, () => {});
    });
    // Whichever side breaks off, the other hears of it.
    pipeline(req, outgoing, (error) => {
      if (error) res.destroy();
    });
  }

  const server = createServer((req, res) => void answer(req, res)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    calls,
    wait: (instance, hook) => void waiting.add(`${instance} ${hook}`),
    accepted: (match) =>
      new Promise((resolve) => {
        const wanted = Object.entries(match) as [keyof LifecycleCall, unknown][];
        const look = () => {
          const call = calls.find(
            (one) => one.accepted && wanted.every(([name, value]) => one[name] === value),
          );
          if (!call) return;
          watchers.delete(look);
          resolve(call);
        };
        watchers.add(look);
        look();
      }),
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
