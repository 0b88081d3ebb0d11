/** Logs: one JSON object per line on standard error. Standard output is for the results of commands. */
import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino';

export type Log = PinoLogger;

/** `destination`: standard error unless given. */
export const createLog = (
  level: string,
  part: string,
  destination: DestinationStream = pino.destination({ dest: 2, sync: true }),
): Log =>
  pino(
    {
      level,
      base: { part },
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { error: pino.stdSerializers.err },
    },
    destination,
  );
