/** Logs: one JSON object per line on standard error. Standard output is for the results of commands. */
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
