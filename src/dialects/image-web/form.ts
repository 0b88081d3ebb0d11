/** The form that submits an image: the file, an operation, and parameters before or after the file. */
import type { HttpBindings } from '@hono/node-server';
import { z } from '@hono/zod-openapi';
import { isForm } from '../../api/bodies/media-type.ts';
import type { ApiDependencies } from '../../api/context.ts';
import { readForm } from '../../api/forms/multipart.ts';
import { describeFailure } from '../../api/problems/describe-failure.ts';
import { DarkroomError } from '../../errors.ts';
import type { FormRequest, JobRequest } from '../../jobs/submit/submitter.ts';
import type { Uploads } from '../../jobs/submit/uploads.ts';
import { invalidRequest, toPointer } from '../../jobs/validation/invalid-request.ts';
import { isParamName, parseParams } from '../../jobs/validation/params-text.ts';
import type { Schema } from '../../jobs/validation/typed-value.ts';
import { IGNORED_FIELDS } from './model.ts';

const DEFAULT_OPERATION = 'image.transform';

/** Milliseconds that a client may be silent during an upload. */
const IDLE_MS = 60_000;

/** Fields and files of a form; most of either. */
const MAX_PARTS = 200;

/** Characters of a label. */
const MAX_LABEL = 255;

/** Fields of a form, in their order. */
export type Texts = [name: string, text: string][];

export const imageForm = z
  .object({
    image: z.string().openapi({ format: 'binary' }),
    operation: z
      .string()
      .default(DEFAULT_OPERATION)
      .openapi({ description: 'Any operation on one image, or a template' }),
  })
  .catchall(z.string())
  .openapi({ example: { image: '(the file)', width: '320', format: 'webp' } });

export interface ImageForm {
  readonly limits: ApiDependencies['limits'];
  /** Returns the JSON Schema of the parameters of an operation or template; undefined: there is none of this name. */
  readonly findParams: (name: string) => Promise<Schema | undefined>;
  readonly open: () => Promise<Uploads>;
  /** Receives the fields as they arrive, so that they are known when reading fails. */
  readonly texts: Texts;
}

/**
 * Reads the form.
 *
 * @throws unsupported_media_type if the body is no form; invalid_request if it has not exactly one image, or an invalid
 * parameter; what `readForm` throws
 */
export async function readImageForm(
  bindings: HttpBindings,
  { limits, findParams, open, texts }: ImageForm,
): Promise<FormRequest<JobRequest>> {
  if (!isForm(bindings.incoming.headers['content-type']))
    throw new DarkroomError(
      'unsupported_media_type',
      'Send the image as multipart/form-data, in a file part called "image"',
    );
  const uploads = await open();
  const formLimits = {
    fieldBytes: limits.json,
    fileBytes: limits.asset,
    totalBytes: limits.upload,
    files: MAX_PARTS,
    fields: MAX_PARTS,
    idleMs: IDLE_MS,
  };
  const otherFiles: string[] = [];
  await readForm(bindings, formLimits, {
    fields: [],
    onField: (name, text) => {
      if (name === 'image') throw invalidImage('must be a file, with a file name');
      texts.push([name, text]);
    },
    onFile: async ({ field, fileName }, content, signal) => {
      if (field !== 'image') return void otherFiles.push(field);
      if (uploads.files.length > 0) throw invalidImage('comes twice; send one image a job');
      await uploads.add({ part: field, name: fileName }, content, signal);
    },
  });
  if (uploads.files.length === 0) {
    const found = otherFiles.map((name) => `"${name}"`).join(', ');
    throw invalidImage(
      `is missing; send the image as the file part "image"${found && `. The form has ${found}`}`,
    );
  }
  const schema = await findParams(findOperation(texts));
  return { request: toJobRequest(texts, otherFiles, schema), uploads };
}

const invalidImage = (detail: string): DarkroomError => invalidRequest([{ pointer: '/assets', detail }]);

/** Returns the operation that a form names. */
export const findOperation = (texts: Texts): string =>
  texts.findLast(([name]) => name === 'operation')?.[1] ?? DEFAULT_OPERATION;

/**
 * Returns the request. Fields that are no parameters of the operation are ignored, such as `submit` of a web page or the
 * metadata that upload libraries add; a label names them.
 *
 * @throws invalid_request
 */
function toJobRequest(texts: Texts, otherFiles: readonly string[], schema: Schema | undefined): JobRequest {
  const operation = findOperation(texts);
  // Submission reports an unknown operation.
  if (!schema) return { operation };
  const others = texts.filter(([name]) => name !== 'operation');
  const fields = others.filter(([name]) => isParamName(name, schema));
  const ignored = others.filter((field) => !fields.includes(field)).map(([name]) => name);
  const { params, problems } = parseParams(fields, {}, schema);
  if (problems.length > 0) {
    throw invalidRequest(
      problems.map(({ index, problem }) => ({
        pointer: toPointer(['params', ...(fields[index]?.[0] ?? '').split('.')]),
        detail: problem,
      })),
    );
  }
  const names = [...new Set([...ignored, ...otherFiles])].join(', ').slice(0, MAX_LABEL);
  return { operation, params, ...(names && { labels: { [IGNORED_FIELDS]: names } }) };
}

/** Returns why a submission is rejected, with the names that fields have in the form. */
export const toRejection = (error: DarkroomError): DarkroomError =>
  new DarkroomError(error.code, describeFailure(error, toFieldName), {
    cause: error,
    ...(error.details && { details: error.details }),
  });

function toFieldName(pointer: string): string {
  if (pointer.startsWith('/assets')) return 'image';
  return pointer
    .replace(/^\/params\//, '')
    .replaceAll('/', '.')
    .replace(/^\./, '');
}
