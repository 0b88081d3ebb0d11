/** Logs: one JSON object per line on standard error. Standard output is for the results of commands. */

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

/** Warnings of the SDK that need no attention: some workers have no workflows, and failed jobs report their own errors. */
const expected = /^(No workflows registered|Activity (failed|cancel)|Workflow (failed|cancel))/;

/** Forwards the log of Temporal's worker to ours. Routine messages of the SDK become debug messages. */
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
