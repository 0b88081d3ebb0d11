/** Logs: one JSON object a line, on standard error; standard output is for what a person or script asked for. */

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
