/** Limits in the OpenAPI document. */
import { describeFailure, mapOperations } from '../openapi/operations.ts';
import type { OpenApi } from '../openapi/refine.ts';

const header = (description: string, type: 'integer' | 'string') => ({ description, schema: { type } });

const headers = {
  'Retry-After': header('Seconds to wait', 'integer'),
  'RateLimit-Policy': header('The limits of rates that apply: `q` requests in `w` seconds', 'string'),
  RateLimit: header('What is left of each: `r` requests, until the window ends in `t` seconds', 'string'),
};

/** Returns the document with 429 for each operation, in the format in which the operation reports other errors. */
export const describeLimits = (document: OpenApi): OpenApi =>
  mapOperations(document, (operation) => {
    const { responses } = operation;
    const limited = {
      description: 'A limit of this server is reached; the body names it',
      ...describeFailure(operation),
      ...responses['429'],
      headers,
    };
    return { ...operation, responses: { ...responses, 429: limited } };
  });
