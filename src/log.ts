import { type Logger, pino } from 'pino';

/** Members that hold a secret, at the top of a logged object or one level down. */
const secrets = ['apiKey', 'authorization', 'cookie', 'password', 'proof', 'secret', 'signature', 'token'];

interface LogOptions {
  level: string;
  /** On every line: which process of which release it is. */
  base: Record<string, string>;
}

/** The log: one JSON object a line on standard output. Level `error` means that someone must act. */
export function createLog({ level, base }: LogOptions): Logger {
  return pino({
    level,
    base,
    redact: secrets.flatMap((name) => [name, `*.${name}`]),
    formatters: { level: (label) => ({ level: label }) },
    timestamp: pino.stdTimeFunctions.isoTime,
  });
}
