/** Errors as jobs and manifests carry them. */
import { type DarkroomError, errorCatalogue } from '../src/errors.ts';
import type { JobError } from '../src/jobs/model/job.ts';

export const toJobError = ({ code, message, details }: DarkroomError): JobError => ({
  code,
  message,
  retryable: errorCatalogue[code].retryable,
  details,
});
