import { type CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import type { Clock } from '../clock.ts';
import type { LogLevel, LogLines, LogQuery } from '../log-lines.ts';

interface CloudWatchLogsDeps {
  logs: CloudWatchLogsClient;
  group: string;
  clock: Clock;
}

/** The service writes levels as words. */
const levels: LogLevel[] = ['debug', 'info', 'warn', 'error', 'fatal'];
const levelsFrom = (least: LogLevel) => levels.slice(levels.indexOf(least));

/** A filter pattern over the JSON that the service logs. Source: "Filter pattern syntax" in CloudWatch Logs' guide. */
export function filterPattern({ version, level }: Pick<LogQuery, 'version' | 'level'>): string | undefined {
  const terms = [
    ...(version === undefined ? [] : [`$.release = "v${version}"`]),
    ...(level === undefined
      ? []
      : [
          `(${levelsFrom(level)
            .map((label) => `$.level = "${label}"`)
            .join(' || ')})`,
        ]),
  ];
  return terms.length > 0 ? `{ ${terms.join(' && ')} }` : undefined;
}

const followMs = 3000;
/** How much later than others the lines of an instance may arrive and still be shown while one follows. */
const lateMs = 120_000;

export function createCloudWatchLogs({ logs, group, clock }: CloudWatchLogsDeps): LogLines {
  return {
    async *read(query, { follow, signal }) {
      const pattern = filterPattern(query);
      let startTime = query.since.getTime();
      let newest = startTime;
      const shown = new Map<string, number>();
      for (;;) {
        let nextToken: string | undefined;
        do {
          const page = await logs.send(
            new FilterLogEventsCommand({
              logGroupName: group,
              startTime,
              nextToken,
              ...(pattern && { filterPattern: pattern }),
              ...(query.instanceId && { logStreamNamePrefix: query.instanceId }),
            }),
            { abortSignal: signal },
          );
          for (const { eventId = '', timestamp = 0, message = '', logStreamName = '' } of page.events ?? []) {
            if (shown.has(eventId)) continue;
            shown.set(eventId, timestamp);
            newest = Math.max(newest, timestamp);
            yield { at: new Date(timestamp), stream: logStreamName, text: message };
          }
          nextToken = page.nextToken;
        } while (nextToken);
        if (!follow) return;
        startTime = Math.max(startTime, newest - lateMs);
        for (const [id, at] of shown) if (at < startTime) shown.delete(id);
        await clock.sleep(followMs, signal);
      }
    },
  };
}
