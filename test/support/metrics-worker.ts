import { pino } from 'pino';
import { createMetricForwarder } from '../../src/metrics/metric-forwarder.ts';
import { createMetrics } from '../../src/metrics/metrics.ts';

// A process that reports to a collector: counts as many uploads as its parent asks for, and says when each
// call has returned. It has no handler for any signal, so that killing it is what it looks like.
const [, , socketPath = ''] = process.argv;
const forwarder = createMetricForwarder({
  socketPath,
  processMetrics: async () => {
    // By the first time this is called the collector has greeted.
    process.send?.('connected');
    return [];
  },
  log: pino({ level: 'silent' }),
});
const metrics = createMetrics(forwarder.emit);

process.on('message', (count: number) => {
  for (let i = 0; i < count; i++) metrics.upload('complete');
  process.kill(process.pid, 'SIGKILL');
});
