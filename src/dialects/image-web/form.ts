/** The form that brings an image: an operation and its parameters before or after the file. */

import type { HttpBindings } from '@hono/node-server';
import { z } from '@hono/zod-openapi';
import type { ApiDependencies } from '../../api/context.ts';
import { readForm } from '../../api/forms/multipart.ts';
import { describeFailure } from '../../api/problems/describe-failure.ts';
import { DarkroomError } from '../../errors.ts';
import type { OperationCatalogue } from '../../jobs/ports/operation-catalogue.ts';
import type { FormRequest, JobRequest } from '../../jobs/submit/submitter.ts';
import type { Uploads } from '../../jobs/submit/uploads.ts';
import { invalidRequest, toPointer } from '../../jobs/validation/invalid-request.ts';
import { parseParams } from '../../jobs/validation/params-text.ts';

const DEFAULT_OPERATION = 'image.transform';

/** Milliseconds for which a client that uploads may be silent. */
const IDLE_MS = 60_000;

const MAX_FIELDS = 200;

/** Fields of a form, in the order in which they came. */
export type Texts = [name: string, text: string][];

export const imageForm = z
  .object({
    image: z.string().openapi({ format: 'binary' }),
    operation: z.string().default(DEFAULT_OPERATION).openapi({ description: 'Any that takes one image' }),
  })
  .catchall(z.string())
  .openapi({ example: { image: '(the file)', width: '320', format: 'webp' } });

export interface ImageForm {
  readonly limits: ApiDependencies['limits'];
  readonly operations: OperationCatalogue;
  readonly open: () => Promise<Uploads>;
  /** Filled while the form is read, so that it is known how far it came. */
  readonly texts: Texts;
}

/**
 * What is asked for with the image. Throws invalid_request when there is not exactly one image or a field is no parameter,
 * and what `readForm` throws.
 */
export async function readImageForm(
  bindings: HttpBindings,
  { limits, operations, open, texts }: ImageForm,
): Promise<FormRequest<JobRequest>> {
  const uploads = await open();
  const formLimits = {
    fieldBytes: limits.json,
    fileBytes: limits.asset,
    totalBytes: limits.upload,
    // One more than there should be, so that it can be named.
    files: 2,
    fields: MAX_FIELDS,
    idleMs: IDLE_MS,
  };
  await readForm(bindings, formLimits, {
    fields: [],
    onField: (name, text) => {
      if (name === 'image') throw wrong('must be a file, with a file name');
      texts.push([name, text]);
    },
    onFile: async ({ field, fileName }, content, signal) => {
      if (field !== 'image') throw wrong(`is the only file that is taken, and "${field}" came`);
      if (uploads.files.length > 0) throw wrong('comes twice; send one image a job');
      await uploads.add({ part: field, name: fileName }, content, signal);
    },
  });
  if (uploads.files.length === 0) throw wrong('is missing; send the image as the file part "image"');
  return { request: requestOf(texts, operations), uploads };
}

const wrong = (detail: string): DarkroomError => invalidRequest([{ pointer: '/assets', detail }]);

export const operationOf = (texts: Texts): string =>
  texts.findLast(([name]) => name === 'operation')?.[1] ?? DEFAULT_OPERATION;

/** Fields as parameters of the operation, typed by its schema. Throws invalid_request. */
function requestOf(texts: Texts, operations: OperationCatalogue): JobRequest {
  const operation = operationOf(texts);
  const schema = operations.find(operation)?.info.params;
  // Submission reports an unknown operation.
  if (!schema) return { operation };
  const fields = texts.filter(([name]) => name !== 'operation');
  const { params, problems } = parseParams(fields, {}, schema);
  if (problems.length === 0) return { operation, params };
  throw invalidRequest(
    problems.map(({ index, problem }) => ({
      pointer: toPointer(['params', ...(fields[index]?.[0] ?? '').split('.')]),
      detail: problem,
    })),
  );
}

/** The reason of a refusal, in which bad fields have the names that they have in the form. */
export const refusalOf = (error: DarkroomError): DarkroomError =>
  new DarkroomError(error.code, describeFailure(error, nameOf), {
    cause: error,
    ...(error.details && { details: error.details }),
  });

function nameOf(pointer: string): string {
  if (pointer.startsWith('/assets')) return 'image';
  return pointer
    .replace(/^\/params\//, '')
    .replaceAll('/', '.')
    .replace(/^\./, '');
}
