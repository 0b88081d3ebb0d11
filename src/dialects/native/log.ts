/** The log of a job: as text, as JSON lines, or as server-sent events. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { accepts } from 'hono/accepts';
import { requires } from '../../api/auth/route-actions.ts';
import type { ApiDependencies, ApiEnv } from '../../api/context.ts';
import { parseJobRef } from '../../api/job-ref.ts';
import { fails } from '../../api/openapi/responses.ts';
import { createRouter } from '../../api/openapi/router.ts';
import { streamHeaders, streamText } from '../../api/server/text-stream.ts';
import { type LogEntry, logEntry } from '../../jobs/model/job-log.ts';
import { isTerminal } from '../../jobs/model/states.ts';
import type { LogUpdate } from '../../jobs/query/follow-log.ts';
import { exampleLog, exampleLogEntry } from './examples.ts';
import { formatLogEntry } from './log-text.ts';
import { idParam, ignoredQuery } from './model.ts';
import { endOf, eventFrame, formatEvent, HEARTBEAT_MS } from './server-sent-events.ts';

const text = 'text/plain';
const lines = 'application/x-ndjson';
const stream = 'text/event-stream';

/** `contentSchema` of JSON Schema describes the contents of a string: here, each line or event. */
const entriesAs = (contentMediaType: string) =>
  z.string().meta({ contentMediaType, contentSchema: { $ref: '#/components/schemas/LogEntry' } });

const description =
  'Transitions, failed attempts, assets that cannot be used, notes, and what programs printed. By `Accept`: text, JSON lines ' +
  '(`application/x-ndjson`, data: LogEntry), or server-sent events. Events follow the job: `log` (data: LogEntry), then `end`. ' +
  'A client that connects again gets all entries again; `id` says which it knows. One that connects with the id of `end` gets 204.';

export function logRoutes({ jobs, watcher }: Pick<ApiDependencies, 'jobs' | 'watcher'>): OpenAPIHono<ApiEnv> {
  const app = createRouter();
  // Only `contentSchema` refers to it.
  app.openAPIRegistry.register('LogEntry', logEntry.meta({ id: 'LogEntry', example: exampleLogEntry }));
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/jobs/{id}/log',
      ...requires('jobs.read'),
      tags: ['Jobs'],
      operationId: 'getJobLog',
      summary: 'Get the log of a job',
      description,
      request: {
        params: idParam,
        query: z.strictObject({
          ...ignoredQuery,
          follow: z
            .enum(['true', 'false'])
            .default('false')
            .openapi({ type: 'boolean', description: 'Whether the response lasts until the job ends' }),
        }),
        headers: z.object({ 'last-event-id': z.string().optional() }),
      },
      responses: {
        200: {
          description: 'The log',
          content: {
            [text]: { schema: z.string(), example: exampleLog },
            [lines]: { schema: entriesAs(lines), example: `${JSON.stringify(exampleLogEntry)}\n` },
            [stream]: { schema: entriesAs(stream), example: formatEntry(exampleLogEntry) },
          },
        },
        204: { description: 'The client has received the end' },
        ...fails(404, 422, 503),
      },
    }),
    async (c) => {
      const job = await jobs.open(parseJobRef(c, c.req.valid('param').id));
      const type = accepts(c, { header: 'Accept', supports: [text, lines, stream], default: text });
      const headers = streamHeaders(`${type}; charset=utf-8`);
      const { run, state } = job.job;
      if (type === stream && isTerminal(state) && c.req.header('last-event-id') === endOf(run))
        return c.body(null, 204);
      // Hono runs the handler of GET for HEAD, and would never end the stream.
      if (c.req.method === 'HEAD') return c.body(null, 200, headers);
      const isEvents = type === stream;
      const format = isEvents ? formatEntry : type === lines ? formatLine : formatLogEntry;
      if (!isEvents && c.req.valid('query').follow === 'false') {
        const entries = await job.log(c.req.raw.signal);
        return c.body(entries.map(format).join(''), 200, headers);
      }
      const stop = new AbortController();
      const pieces = formatUpdates(job.followLog(watcher, stop.signal), format, isEvents);
      const body = streamText(c, pieces, {
        stop,
        ...(isEvents
          ? eventFrame()
          : { heartbeat: type === lines ? { text: '\n', ms: HEARTBEAT_MS } : null }),
      });
      return new Response(body, { headers }) as never;
    },
  );
  return app;
}

const formatLine = (entry: LogEntry): string => `${JSON.stringify(entry)}\n`;

const formatEntry = (entry: LogEntry): string => formatEvent('log', entry, entry.id);

async function* formatUpdates(
  updates: AsyncIterable<LogUpdate>,
  format: (entry: LogEntry) => string,
  isEvents: boolean,
): AsyncGenerator<string, void> {
  for await (const { entries, snapshot } of updates) {
    const { run, state } = snapshot.job;
    const end = isEvents && isTerminal(state) ? formatEvent('end', { run, state }, endOf(run)) : '';
    const text = entries.map(format).join('') + end;
    if (text !== '') yield text;
  }
}
