import { useState } from 'preact/hooks';
import { type DarkroomProblem, type Delivery, hasEnded, type Job } from '../../src/client/client.ts';
import { toProblem } from '../lib/problem.ts';
import { useClient } from '../lib/session.ts';
import { useLoaded } from '../lib/use-loaded.ts';
import { ProblemNote } from '../parts/problem-note.tsx';
import { DeliveryItem } from './delivery-item.tsx';

const EVERY_MS = 3000;
/** The end of a job is told a little after it, and a redelivery made a little after it was asked for. */
const SOON_MS = 30_000;

/** Callbacks of the job; nothing when it has none. */
export function Deliveries({ job }: { job: Job }) {
  const client = useClient();
  const [waiting, setWaiting] = useState(false);
  const [askedAt, setAskedAt] = useState(0);
  const [refusal, setRefusal] = useState<DarkroomProblem | null>(null);
  const { value, problem, refresh } = useLoaded(
    `deliveries ${job.id}`,
    async (signal) => {
      const deliveries = await client.deliveries(job.id, { signal });
      setWaiting(deliveries.some(({ state }) => state === 'pending'));
      return deliveries;
    },
    { everyMs: waiting || !hasEnded(job) || isSoon(askedAt, job) ? EVERY_MS : null },
  );
  const redeliver = async ({ id }: Delivery) => {
    setRefusal(null);
    try {
      await client.redeliver(job.id, id);
      setAskedAt(Date.now());
      refresh();
    } catch (error) {
      setRefusal(toProblem(error));
    }
  };
  if (!value || value.length === 0) return <ProblemNote problem={problem} what="Callbacks cannot be shown" />;
  return (
    <section class="panel">
      <h2>Callbacks</h2>
      <ProblemNote problem={refusal} what="It was not sent again" />
      <ul class="deliveries">
        {value.map((delivery) => (
          <DeliveryItem key={delivery.id} delivery={delivery} onRedeliver={() => void redeliver(delivery)} />
        ))}
      </ul>
    </section>
  );
}

const isSoon = (askedAt: number, { completed_at }: Job): boolean =>
  Date.now() - Math.max(askedAt, Date.parse(completed_at ?? '') || 0) < SOON_MS;
