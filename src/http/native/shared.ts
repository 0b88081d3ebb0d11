/** What the routes of the native API share. */
import type { HttpBindings } from '@hono/node-server';
import { OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { OperationCatalogue } from '../../jobs/catalogue.ts';
import type { JobEngine } from '../../jobs/engine.ts';
import type { Estimator } from '../../jobs/estimator.ts';
import { type Job, job, jobId } from '../../jobs/job.ts';
import { linksOf } from '../../jobs/links.ts';
import type { JobRef } from '../../jobs/order.ts';
import type { Reception } from '../../jobs/reception.ts';
import type { JobService } from '../../jobs/service.ts';
import { invalidFields } from '../../jobs/validation.ts';
import type { Watcher } from '../../jobs/watcher.ts';

export interface NativeParts {
  readonly service: JobService;
  readonly reception: Reception;
  readonly watcher: Watcher;
  readonly estimator: Estimator;
  readonly operations: OperationCatalogue;
  readonly engine: Pick<JobEngine, 'liveCapabilities'>;
  readonly onSubmitted: (job: Job) => void;
  /** Bytes. */
  readonly limits: { readonly asset: number; readonly upload: number; readonly json: number };
}

export type Env = { Variables: { tenant: string }; Bindings: HttpBindings };

export const createRoutes = (): OpenAPIHono<Env> =>
  new OpenAPIHono<Env>({
    defaultHook: (result) => {
      if (!result.success) throw invalidFields(result.error.issues);
    },
  });

export const idParam = z.object({ id: jobId });

/** The job that a request is about. */
export const refOf = (c: Context<Env>, id: string): JobRef => ({ tenant: c.var.tenant, id });

/** A job as the API shows it. */
export const resource = job.extend({ links: z.record(z.string(), z.string()) }).meta({ id: 'Job' });

export const withLinks = (job: Job) => ({ ...job, links: linksOf(job) });
