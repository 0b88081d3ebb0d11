/** Rejects JSON bodies with values that `JSON.parse` would change silently, and those that cost too much. */
import { DarkroomError } from '../../errors.ts';
import { invalidRequest, toPointer } from '../../jobs/validation/invalid-request.ts';
import { findJsonFaults } from '../../lib/json-faults.ts';

/**
 * Checks the values of JSON text. Text that is not JSON passes or fails; `JSON.parse` finds what is wrong with it.
 *
 * @param subject what the text is, as the subject of an error message
 * @throws malformed_json if it nests too deep; invalid_request for numbers that a double cannot hold, for the key `__proto__`,
 * and for too many values
 */
export function checkJson(text: string, subject: string): void {
  const faults = findJsonFaults(text);
  const [first] = faults;
  if (first?.isTooDeep) throw new DarkroomError('malformed_json', `${subject} ${first.detail}`);
  if (first) throw invalidRequest(faults.map(({ path, detail }) => ({ pointer: toPointer(path), detail })));
}
