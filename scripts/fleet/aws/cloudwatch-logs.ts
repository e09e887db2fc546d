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

export function createCloudWatchLogs({ logs, group, clock }: CloudWatchLogsDeps): LogLines {
  return {
    async *read(query, { follow, signal }) {
      const pattern = filterPattern(query);
      let startTime = query.since.getTime();
      // Lines of the last moment come again with the next question, so they are told by their ids.
      let known = new Set<string>();
      for (;;) {
        const seen = new Set<string>();
        let nextToken: string | undefined;
        let newest = startTime;
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
            if (timestamp > newest) {
              newest = timestamp;
              seen.clear();
            }
            if (timestamp === newest) seen.add(eventId);
            if (!known.has(eventId)) yield { at: new Date(timestamp), stream: logStreamName, text: message };
          }
          nextToken = page.nextToken;
        } while (nextToken);
        if (!follow) return;
        startTime = newest;
        known = seen;
        await clock.sleep(followMs, signal);
      }
    },
  };
}
