/** The native API, under /v1. Every other dialect translates to what is here. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { deliveryRoutes } from '../native/deliveries.ts';
import { eventRoutes } from '../native/events.ts';
import { jobRoutes } from '../native/jobs.ts';
import { operationRoutes } from '../native/operations.ts';
import { resultRoutes } from '../native/results.ts';
import { createRoutes } from '../native/shared.ts';
import { submissionRoutes } from '../native/submission.ts';
import { usageRoutes } from '../native/usage.ts';
import type { ApiParts, Env } from '../parts.ts';

export function createNative(parts: ApiParts): OpenAPIHono<Env> {
  return createRoutes()
    .route('/', submissionRoutes(parts))
    .route('/', jobRoutes(parts))
    .route('/', eventRoutes(parts))
    .route('/', resultRoutes(parts))
    .route('/', deliveryRoutes(parts))
    .route('/', operationRoutes(parts))
    .route('/', usageRoutes(parts));
}
