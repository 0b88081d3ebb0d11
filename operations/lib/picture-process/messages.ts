/** Messages between a worker and its picture processes. */
import { z } from 'zod';
import { errorMessage } from '../../../src/lib/error-message.ts';

/** From the worker. A process gets the next request when it has answered the one before. */
export interface RequestMessage {
  /** URL of the compiled module of the task. */
  readonly module: string;
  readonly request: unknown;
  readonly files: readonly string[];
  readonly folder: string;
}

/** From a picture process. `facts` or `error` ends a request. */
export const taskMessage = z.union([
  z.strictObject({ ready: z.literal(true) }),
  z.strictObject({ progress: z.number().min(0).max(1), detail: z.string().max(1000).optional() }),
  z.strictObject({
    note: z.tuple([z.string().max(100), z.string().max(5000), z.int().min(0).nullable()]).readonly(),
  }),
  /** What is decoded and written in all, so far as it is known. */
  z.strictObject({ pixels: z.number().min(0) }),
  z.strictObject({ facts: z.unknown() }).refine((message) => 'facts' in message),
  z.strictObject({
    /** `isOutOfMemory`: the kernel refused memory. */
    error: errorMessage.extend({ isOutOfMemory: z.boolean() }),
  }),
]);

export type TaskMessage = z.infer<typeof taskMessage>;
