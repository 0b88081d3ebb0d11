/** Writes the log of Temporal's SDK to the log of the worker. Only workers load this file: it loads the SDK's native core. */
import { DefaultLogger, type Logger } from '@temporalio/worker';
import type { Log } from '../log.ts';

/** Warnings of the SDK that need no attention: some workers have no workflows, and failed jobs report their own errors. */
const expected = /^(No workflows registered|Activity (failed|cancel)|Workflow (failed|cancel))/;

/** Returns a logger for `Runtime.install`. Messages about the SDK's own life cycle get level debug. */
export function temporalLogger(log: Log): Logger {
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
