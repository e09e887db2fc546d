import { Agent, request } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { answerOf } from './slow-upload.ts';

export interface LoadReport {
  /** Answers, by their status. */
  statuses: Map<number, number>;
  /** What broke. */
  failures: string[];
  /** Ids of the feedback that was acknowledged. */
  acknowledged: string[];
}

export interface SteadyLoad {
  report: LoadReport;
  /** Stops sending; resolves once every request under way has come to its end. */
  stop(): Promise<LoadReport>;
}

interface LoadOptions {
  /** Clients that each keep one connection and send one request after another. */
  clients: number;
  /** Whether a client that is told to close its connection goes elsewhere, as a load balancer does. */
  leaveWhenTold?: boolean;
}

/** Feedback from several clients over kept connections, one after another without a pause. */
export function steadyLoad(url: string, { clients, leaveWhenTold = false }: LoadOptions): SteadyLoad {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const report: LoadReport = { statuses: new Map(), failures: [], acknowledged: [] };
  let stopped = false;

  async function once(n: number): Promise<boolean> {
    const body = JSON.stringify({ message: `Message ${n}` });
    const outgoing = request(`${url}/v1/feedback`, { method: 'POST', agent });
    outgoing.setHeader('Content-Type', 'application/json');
    outgoing.setHeader('Content-Length', Buffer.byteLength(body));
    const answer = answerOf(outgoing);
    outgoing.end(body);
    try {
      const { status, headers, body: receipt } = await answer;
      report.statuses.set(status, (report.statuses.get(status) ?? 0) + 1);
      if (status === 201) report.acknowledged.push(JSON.parse(receipt).id);
      return !(leaveWhenTold && headers.connection === 'close');
    } catch (error) {
      report.failures.push(`${(error as NodeJS.ErrnoException).code}: ${(error as Error).message}`);
      return true;
    }
  }

  const running = Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      for (let n = 0; !stopped; n++) {
        if (!(await once(client * 1_000_000 + n))) return;
        await nextTurn();
      }
    }),
  );
  return {
    report,
    async stop() {
      stopped = true;
      await running;
      agent.destroy();
      return report;
    },
  };
}
