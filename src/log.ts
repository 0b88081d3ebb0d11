/** Logs: one JSON object a line, on standard error; standard output is for what a person or script asked for. */

import { DefaultLogger, type Logger as TemporalLogger } from '@temporalio/worker';
import { type Logger as PinoLogger, pino } from 'pino';

export type Log = PinoLogger;

export const createLog = (level: string, part: string): Log =>
  pino(
    {
      level,
      base: { part },
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { error: pino.stdSerializers.err },
    },
    pino.destination({ dest: 2, sync: true }),
  );

/**
 * What the SDK warns of and is no news: workers of a computing capability have no workflows; jobs fail, and say why
 * themselves.
 */
const expected = /^(No workflows registered|Activity (failed|cancel)|Workflow (failed|cancel))/;

/** Temporal's worker logs through ours; what it says of its own comings and goings is for debugging. */
export function temporalLogger(log: Log): TemporalLogger {
  return new DefaultLogger('DEBUG', ({ level, message, meta }) => {
    const { sdkComponent, ...fields } = (meta ?? {}) as Record<string, unknown>;
    const ours = sdkComponent === undefined || sdkComponent === 'activity' || sdkComponent === 'workflow';
    if (expected.test(message)) log.debug(fields, message);
    else if (level === 'ERROR') log.error(fields, message);
    else if (level === 'WARN') log.warn(fields, message);
    else if (level === 'INFO' && ours) log.info(fields, message);
    else log.debug(fields, message);
  });
}
