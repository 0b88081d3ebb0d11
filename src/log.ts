/** Logs to standard error: lines for people on a terminal, else one JSON object per line. Standard output is for results. */
import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino';
import { build as pretty } from 'pino-pretty';

export type Log = PinoLogger;

/** `destination`: standard error unless given. */
export const createLog = (
  level: string,
  part: string,
  destination: DestinationStream = standardError(),
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

const standardError = (): DestinationStream =>
  process.stderr.isTTY
    ? pretty({
        destination: 2,
        sync: true,
        colorize: !process.env['NO_COLOR'],
        translateTime: 'SYS:HH:MM:ss',
        messageFormat: '{part}: {msg}',
        ignore: 'part',
        singleLine: true,
      })
    : pino.destination({ dest: 2, sync: true });
