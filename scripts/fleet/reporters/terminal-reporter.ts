import type { Writable } from 'node:stream';
import { styleText } from 'node:util';
import type { Reporter } from '../reporter.ts';

interface TerminalReporterDeps {
  out: Writable & { isTTY?: boolean; columns?: number };
}

function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/**
 * Progress for a person. On a terminal the line of a running step is written over as it goes on; in a file each
 * new detail is a line of its own.
 */
export function createTerminalReporter({ out }: TerminalReporterDeps): Reporter {
  const isTerminal = out.isTTY === true;
  const style = (format: Parameters<typeof styleText>[0], text: string) =>
    isTerminal ? styleText(format, text, { validateStream: false }) : text;
  const line = (text: string) => out.write(`${clear()}${text}\n`);
  let running = '';
  let lastDetail = '';

  function clear(): string {
    return isTerminal && running !== '' ? '\r\u001b[2K' : '';
  }

  return {
    plan({ subject, notes, steps }) {
      line(style('bold', steps.length > 0 ? `Plan: ${subject}` : subject));
      for (const note of notes) line(`  ${note}`);
      for (const [index, { title }] of steps.entries()) line(`  ${index + 1}. ${title}`);
      if (steps.length === 0) line('  Nothing to do.');
    },
    stepStarted(title, number, of) {
      running = `[${number}/${of}] ${title}`;
      lastDetail = '';
      if (isTerminal) out.write(`${running} …`);
      else line(running);
    },
    stepProgress(detail) {
      if (detail === lastDetail) return;
      lastDetail = detail;
      const text = isTerminal ? `${running} … ${detail}` : `      ${detail}`;
      if (isTerminal) out.write(`${clear()}${text.slice(0, (out.columns ?? 80) - 1)}`);
      else line(text);
    },
    stepEnded(title, milliseconds) {
      const detail = isTerminal && lastDetail !== '' ? `: ${lastDetail}` : '';
      line(`${style('green', '✓')} ${title}${detail} (${duration(milliseconds)})`);
      running = '';
    },
    note: (text) => line(text),
    warn: (text) => line(`${style('yellow', '!')} ${text}`),
    result: (text) => line(text),
    failed(message, advice) {
      line(`${style('red', '✗')} ${message}`);
      if (advice) line(`  ${advice}`);
      running = '';
    },
  };
}
