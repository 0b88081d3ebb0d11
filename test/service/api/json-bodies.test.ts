/** Bodies that are JSON and not an object, for every operation of every OpenAPI document that takes JSON. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiOperation, listApiOperations } from '../../support/api-calls.ts';
import { type Described, describedBy } from '../../support/described.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';

let darkroom: Darkroom;
let described: Described;
let operations: readonly ApiOperation[];
/** A job that has ended. */
const job = randomUUID();

beforeAll(async () => {
  darkroom = await startStack();
  described = await describedBy(darkroom);
  operations = (await listApiOperations(darkroom.request)).filter(({ takesJson }) => takesJson);
  await darkroom.submit({ id: job, operation: 'system.echo' });
  await darkroom.until(job, 'completed');
});
afterAll(() => darkroom.dispose());

test.each(['null', '[]', '[{}]', '"text"', '0', 'true'])('a body of %s is rejected', async (body) => {
  const headers = { 'content-type': 'application/json' };
  expect(operations.length).toBeGreaterThan(8);
  const answers: [string, number, readonly string[], string][] = [];
  for (const { method, path } of operations) {
    const response = await darkroom.request(path.replace(/\{\w+\}/, job), { method, headers, body });
    const faults = await described.faultsOf(`${method} ${path}`, response.clone());
    answers.push([`${method} ${path}`, response.status, faults, await response.text()]);
  }
  for (const [route, status, faults, text] of answers)
    expect([route, status, faults, text]).toEqual([
      route,
      expect.toSatisfy((code) => code === 400 || code === 422),
      [],
      // What a body must be, in the words of each API.
      expect.stringMatching(/object/),
    ]);
  expect(((await (await darkroom.request('/v1/jobs')).json()) as { jobs: unknown[] }).jobs).toHaveLength(1);
});
