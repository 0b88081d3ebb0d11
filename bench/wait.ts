/**
 * The time from submission until the client knows the end of a very short job. The baseline is Temporal's long poll for the
 * result of a workflow after the same submission.
 */
import assert from 'node:assert/strict';
import type { Job } from '../src/client/client.ts';
import type { JobStatus } from '../src/jobs/model/run-input.ts';
import { workflowIdOf } from '../src/temporal/names.ts';
import { measureCpu } from './processes.ts';
import { readEnd, readResult, submit } from './requests.ts';
import type { Rig } from './rig.ts';
import { type Row, row } from './rows.ts';
import { alternate, type Measured } from './timing.ts';

const TIMES = 40;
const POLL_MS = 100;

export async function* benchWait({ url, client, api, startWorker }: Rig): AsyncGenerator<Row> {
  await startWorker();
  /** Jobs that the client knows to have completed, and whose result is theirs. */
  const jobs = (run: (spec: object) => Promise<Job>): Measured<Job> => ({
    run: (n) => run({ operation: 'system.echo', params: { n } }),
    check: async (job, n) => assert.deepEqual((await readResult(url, job)).data, { n }),
  });
  const waiting = jobs((spec) => submit(url, spec, 'wait=30'));
  const polling = jobs(async (spec) => readEnd(url, (await submit(url, spec)).id, POLL_MS));
  const raw: Measured<JobStatus> = {
    run: async (n) => {
      const { id } = await submit(url, { operation: 'system.echo', params: { n } });
      return client.workflow.getHandle(workflowIdOf({ tenant: 'public', id })).result();
    },
    check: ({ state }) => assert.equal(state, 'completed'),
  };
  await alternate(5, waiting, raw);
  const waited = await alternate(TIMES, waiting, raw);
  const polled = await alternate(TIMES, polling, raw);
  const measureCost = async ({ run, check }: Measured<Job>) => {
    const ended: Job[] = [];
    const [seconds = 0] = await measureCpu([api], async () => {
      for (let index = 0; index < TIMES; index++) ended.push(await run(index));
    });
    for (const [index, job] of ended.entries()) await check(job, index);
    return (seconds * 1000) / TIMES;
  };
  yield* [
    row("to the end, by `Prefer: wait`, vs. Temporal's long poll", 'ms', waited.ours, waited.raw),
    row(`to the end, polling every ${POLL_MS} ms, vs. the same`, 'ms', polled.ours, polled.raw),
    row(
      '  CPU time of the API per job, `Prefer: wait` vs. polling',
      'ms',
      await measureCost(waiting),
      await measureCost(polling),
    ),
  ];
}
