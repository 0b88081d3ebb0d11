/** The events of a job, as server-sent events (WHATWG HTML, section 9.2). */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { requires } from '../../api/auth/route-actions.ts';
import type { ApiDependencies, ApiEnv } from '../../api/context.ts';
import { parseJobRef } from '../../api/job-ref.ts';
import { fails } from '../../api/openapi/responses.ts';
import { createRouter } from '../../api/openapi/router.ts';
import { streamHeaders, streamText } from '../../api/server/text-stream.ts';
import { type Job, job } from '../../jobs/model/job.ts';
import { isTerminal } from '../../jobs/model/states.ts';
import type { JobSnapshot } from '../../jobs/ports/job-runtime.ts';
import { exampleProgress, exampleState, exampleStream } from './examples.ts';
import { idParam, type JobResource, jobFormatter } from './model.ts';
import { endOf, eventFrame, formatEvent, HEARTBEAT_MS } from './server-sent-events.ts';

const progressEvent = job
  .pick({ run: true, state: true, stage: true, progress: true, assets: true })
  .meta({ id: 'ProgressEvent', description: 'Data of the event `progress`', example: exampleProgress });

const stateEvent = job
  .pick({ run: true, state: true, stage: true, paused: true })
  .extend({
    seq: z.int().describe('Position among the transitions of this run, from 1'),
    at: z.iso.datetime(),
    progress: z.number().optional(),
  })
  .meta({ id: 'StateEvent', description: 'Data of the event `state`', example: exampleState });

/** `contentSchema` of JSON Schema describes the contents of a string: here, the data of each event. */
const eventStream = z.string().meta({
  contentMediaType: 'text/event-stream',
  contentSchema: {
    oneOf: ['StateEvent', 'ProgressEvent', 'Job'].map((name) => ({ $ref: `#/components/schemas/${name}` })),
  },
});

export function eventRoutes(
  { jobs, watcher, publicUrl }: Pick<ApiDependencies, 'jobs' | 'watcher' | 'publicUrl'>,
  heartbeatMs = HEARTBEAT_MS,
): OpenAPIHono<ApiEnv> {
  const app = createRouter();
  const toJobResource = jobFormatter(publicUrl);
  // Only `contentSchema` refers to them.
  app.openAPIRegistry.register('StateEvent', stateEvent);
  app.openAPIRegistry.register('ProgressEvent', progressEvent);
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/jobs/{id}/events',
      ...requires('jobs.read'),
      tags: ['Jobs'],
      operationId: 'streamJobEvents',
      summary: 'Stream the events of a job',
      description:
        'Server-sent events. `state`: a transition (data: StateEvent), with an id for `Last-Event-ID`. `progress`: progress ' +
        'within a state (data: ProgressEvent). `end`: the ended job (data: Job), the last event. A client that connects with ' +
        'the id of `end` gets 204.',
      request: { params: idParam, headers: z.object({ 'last-event-id': z.string().optional() }) },
      responses: {
        200: {
          description: 'The stream',
          content: { 'text/event-stream': { schema: eventStream, example: exampleStream } },
        },
        204: { description: 'The client has received the end' },
        ...fails(404, 422, 503),
      },
    }),
    async (c) => {
      const ref = parseJobRef(c, c.req.valid('param').id);
      // Checked before the stream starts: after that no error status can be sent.
      const { job } = await jobs.open(ref);
      const seen = c.req.header('last-event-id') ?? '';
      if (isTerminal(job.state) && seen === endOf(job.run)) return c.body(null, 204);
      const headers = streamHeaders('text/event-stream; charset=utf-8');
      // Hono runs the handler of GET for HEAD, and would never end the stream.
      if (c.req.method === 'HEAD') return c.body(null, 200, headers);
      const stop = new AbortController();
      const events = formatEvents(watcher.follow(ref, stop.signal), new EventFormatter(seen, toJobResource));
      const stream = streamText(c, events, {
        ...eventFrame(heartbeatMs),
        stop,
      });
      return new Response(stream, { headers }) as never;
    },
  );
  return app;
}

async function* formatEvents(
  snapshots: AsyncIterable<JobSnapshot>,
  formatter: EventFormatter,
): AsyncGenerator<string, void> {
  for await (const snapshot of snapshots) {
    const text = formatter.formatNew(snapshot);
    if (text !== '') yield text;
  }
}

/** Formats the events that one client has not received yet. */
class EventFormatter {
  #run: number;
  #seq: number;
  #progress = '';
  readonly #toJobResource: (job: Job) => JobResource;

  /** @param seen - `RUN.SEQ`: the id of the last event that the client received. */
  constructor(seen: string, toJobResource: (job: Job) => JobResource) {
    this.#toJobResource = toJobResource;
    const [run = 0, seq = 0] = seen.split('.').map(Number);
    this.#run = Number.isInteger(run) ? run : 0;
    this.#seq = Number.isInteger(seq) ? seq : 0;
  }

  /** Returns the text of the events that are new in a snapshot. Empty: none. */
  formatNew({ job, timeline }: JobSnapshot): string {
    const { run, state, stage, progress, assets } = job;
    if (run !== this.#run) this.#seq = 0;
    this.#run = run;
    const moments = timeline.filter(({ seq }) => seq > this.#seq);
    this.#seq = timeline.at(-1)?.seq ?? this.#seq;
    const events = moments.map((moment) => formatEvent('state', { run, ...moment }, `${run}.${moment.seq}`));
    const now = { run, state, stage, progress, assets };
    if (JSON.stringify(now) !== this.#progress && !isTerminal(state)) {
      this.#progress = JSON.stringify(now);
      events.push(formatEvent('progress', now));
    }
    if (isTerminal(state)) events.push(formatEvent('end', this.#toJobResource(job), endOf(run)));
    return events.join('');
  }
}
