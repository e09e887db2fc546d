import type { Reporter } from '../reporter.ts';

/** One JSON object a line: `event` says what it is. */
export function createJsonReporter(write: (line: string) => void): Reporter {
  const emit = (event: string, data: object) => write(JSON.stringify({ event, ...data }));
  return {
    plan: ({ subject, notes, steps }) =>
      emit('plan', { subject, notes, steps: steps.map(({ title }) => title) }),
    stepStarted: (title, number, of) => emit('step-started', { title, number, of }),
    stepProgress: (detail) => emit('step-progress', { detail }),
    stepEnded: (title, milliseconds) => emit('step-ended', { title, milliseconds }),
    note: (text) => emit('note', { text }),
    warn: (text) => emit('warning', { text }),
    result: (_, data) => emit('result', { data }),
    failed: (message, advice) => emit('failed', { message, advice }),
  };
}
