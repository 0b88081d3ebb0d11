/** Lists and counts of jobs of the native API. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { requires } from '../../api/auth/route-actions.ts';
import type { ApiDependencies, ApiEnv } from '../../api/context.ts';
import { fails, json } from '../../api/openapi/responses.ts';
import { createRouter } from '../../api/openapi/router.ts';
import { MAX_LABELS } from '../../jobs/model/job-spec.ts';
import { states } from '../../jobs/model/states.ts';
import { ignoredQuery, jobFormatter, jobResource, pageQuery, timeQuery } from './model.ts';

const tags = ['Jobs'];

const labelPair = z.string().regex(/^[^:]+:/, 'must be NAME:VALUE, such as album:holiday');

/** Names of labels have no colon. */
const splitLabel = (pair: string): [string, string] => {
  const at = pair.indexOf(':');
  return [pair.slice(0, at), pair.slice(at + 1)];
};

const filters = {
  ...ignoredQuery,
  operation: z.string().optional(),
  dialect: z.string().optional(),
  since: timeQuery
    .optional()
    .describe('Only jobs created at or after this time; of a date, its midnight in UTC'),
  label: z
    .union([labelPair, z.array(labelPair).max(MAX_LABELS)])
    .transform((given) => [given].flat().map(splitLabel))
    .optional()
    .openapi({
      type: 'array',
      items: { type: 'string' },
      description: 'Only jobs with this label, as `NAME:VALUE`; repeatable: with all of them',
    }),
  id_prefix: z.string().optional().describe('Only jobs whose id begins with this'),
};

const listQuery = z.strictObject({
  ...filters,
  state: z.enum(states).optional(),
  unfinished: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional()
    .openapi({ type: 'boolean' })
    .describe('`true`: only jobs that have not ended'),
  ...pageQuery({ max: 200, standard: 50 }),
});

const jobCounts = z
  .object({
    unfinished: z.int(),
    completed: z.int(),
    failed: z.int(),
    cancelled: z.int(),
    since: z.iso.datetime().describe('Jobs that ended before this time are not counted'),
  })
  .meta({
    id: 'JobCounts',
    example: { unfinished: 3, completed: 412, failed: 2, cancelled: 0, since: '2026-11-14T09:30:00.000Z' },
  });

/** Converts the names of the query to those of the filter. */
function toFilter<
  Query extends {
    id_prefix?: string | undefined;
    since?: string | undefined;
    label?: [string, string][] | undefined;
  },
>({ id_prefix: idPrefix, since, label: labels, ...filter }: Query) {
  return { ...filter, idPrefix, labels, since: since === undefined ? undefined : new Date(since) };
}

export function jobListRoutes({
  jobs,
  publicUrl,
}: Pick<ApiDependencies, 'jobs' | 'publicUrl'>): OpenAPIHono<ApiEnv> {
  const app = createRouter();
  const toJobResource = jobFormatter(publicUrl);

  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/jobs',
      ...requires('jobs.read'),
      tags,
      operationId: 'listJobs',
      summary: 'List jobs',
      description: 'Unfinished jobs come first, newest first; then ended jobs, latest end first.',
      request: { query: listQuery },
      responses: {
        200: json(
          z.object({
            jobs: z.array(jobResource),
            next_cursor: z.string().nullable(),
            partial: z
              .boolean()
              .describe('True while Temporal does not answer: jobs that have not ended are missing'),
          }),
          'A page',
        ),
        ...fails(422, 503),
      },
    }),
    async (c) => {
      const { _, limit, cursor, ...query } = c.req.valid('query');
      const {
        jobs: found,
        cursor: next,
        partial = false,
      } = await jobs.list(c.var.tenant, toFilter(query), {
        limit,
        cursor,
      });
      return c.json({ jobs: found.map(toJobResource), next_cursor: next, partial }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/job-counts',
      ...requires('jobs.read'),
      tags,
      operationId: 'countJobs',
      summary: 'Count jobs',
      description:
        'Counts jobs by how they stand. Jobs that ended long ago are not counted. Earlier runs of a job count, too.',
      request: { query: z.strictObject(filters) },
      responses: { 200: json(jobCounts, 'The counts'), ...fails(422, 503) },
    }),
    async (c) => {
      const { _, ...query } = c.req.valid('query');
      const { since, ...counts } = await jobs.counts(c.var.tenant, toFilter(query));
      return c.json({ ...counts, since: since.toISOString() }, 200);
    },
  );

  return app;
}
