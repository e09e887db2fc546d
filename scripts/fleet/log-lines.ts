export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'fatal';

export interface LogQuery {
  since: Date;
  /** Only of instances that run this version. */
  version: number | undefined;
  /** Least level. */
  level: LogLevel | undefined;
  instanceId: string | undefined;
}

export interface LogLine {
  at: Date;
  stream: string;
  text: string;
}

/** What the fleet's instances logged. */
export interface LogLines {
  /** Lines in the order of their times. With `follow` it never ends, until the signal fires. */
  read(query: LogQuery, options: { follow: boolean; signal: AbortSignal }): AsyncIterable<LogLine>;
}
