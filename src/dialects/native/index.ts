/** The native API, under /v1. Every other dialect translates to what is here. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiParts, Env } from '../../api/context.ts';
import { deliveryRoutes } from './deliveries.ts';
import { eventRoutes } from './events.ts';
import { jobRoutes } from './jobs.ts';
import { operationRoutes } from './operations.ts';
import { resultRoutes } from './results.ts';
import { createRoutes } from './shared.ts';
import { submissionRoutes } from './submission.ts';
import { usageRoutes } from './usage.ts';

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
