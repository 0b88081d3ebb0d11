/** Logs: one JSON object a line, on standard error; standard output is for what a person or script asked for. */

import { DefaultLogger, type Logger as TemporalLogger } from '@temporalio/worker';
import { type Logger as PinoLogger, pino } from 'pino';

export type Log = PinoLogger;

export const createLog = (level: string, part: string): Log =>
  pino(
    { level, base: { part }, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  );

/** Temporal's worker logs through ours; what it says of its own comings and goings is for debugging. */
export function temporalLogger(log: Log): TemporalLogger {
  // Workers of a computing capability have no workflows by design.
  return new DefaultLogger('DEBUG', ({ level, message, meta }) => {
    const { sdkComponent, ...fields } = (meta ?? {}) as Record<string, unknown>;
    const ours = sdkComponent === undefined || sdkComponent === 'activity' || sdkComponent === 'workflow';
    if (message.startsWith('No workflows registered')) log.debug(fields, message);
    else if (level === 'ERROR') log.error(fields, message);
    else if (level === 'WARN') log.warn(fields, message);
    else if (level === 'INFO' && ours) log.info(fields, message);
    else log.debug(fields, message);
  });
}
