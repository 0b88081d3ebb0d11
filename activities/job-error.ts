/** Errors as jobs and manifests carry them. */
import { catalogue, type DarkroomError } from '../src/errors.ts';
import type { JobError } from '../src/jobs/model/job.ts';

export const toJobError = ({ code, message, details }: DarkroomError): JobError => ({
  code,
  message,
  retryable: catalogue[code].retryable,
  details,
});
