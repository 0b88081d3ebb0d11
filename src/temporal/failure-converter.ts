/** Moves messages and stacks of failures into payloads, which a codec encrypts. Loaded by workers, clients and workflows by its path. */
import { DefaultFailureConverter } from '@temporalio/common';

export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
