import { useState } from 'preact/hooks';
import { type DarkroomProblem, type Delivery, hasEnded, type Job } from '../../src/client/client.ts';
import { toProblem } from '../lib/problem.ts';
import { useClient } from '../lib/session.ts';
import { useLoaded } from '../lib/use-loaded.ts';
import { ProblemNote } from '../parts/problem-note.tsx';
import { DeliveryItem } from './delivery-item.tsx';

const REFRESH_MS = 3000;
/** How long to refresh after the end of a job or a redelivery request, since the callback follows later. */
const FOLLOW_UP_MS = 30_000;

/** The callbacks of the job. Renders nothing if there are none. */
export function Deliveries({ job }: { job: Job }) {
  const client = useClient();
  const [pending, setPending] = useState(false);
  const [redeliveredAt, setRedeliveredAt] = useState(0);
  const [error, setError] = useState<DarkroomProblem | null>(null);
  const { value, problem, refresh } = useLoaded(
    `deliveries ${job.id}`,
    async (signal) => {
      const deliveries = await client.deliveries(job.id, { signal });
      setPending(deliveries.some(({ state }) => state === 'pending'));
      return deliveries;
    },
    { refreshMs: pending || !hasEnded(job) || isFollowedUp(redeliveredAt, job) ? REFRESH_MS : null },
  );
  const redeliver = async ({ id }: Delivery) => {
    setError(null);
    try {
      await client.redeliver(job.id, id);
      setRedeliveredAt(Date.now());
      refresh();
    } catch (cause) {
      setError(toProblem(cause));
    }
  };
  if (!value || value.length === 0)
    return <ProblemNote problem={problem} what="The callbacks could not be loaded" />;
  return (
    <section class="panel">
      <h2>Callbacks</h2>
      <ProblemNote problem={error} what="The callback was not redelivered" />
      <ul class="deliveries">
        {value.map((delivery) => (
          <DeliveryItem key={delivery.id} delivery={delivery} onRedeliver={() => void redeliver(delivery)} />
        ))}
      </ul>
    </section>
  );
}

const isFollowedUp = (redeliveredAt: number, { completed_at }: Job): boolean =>
  Date.now() - Math.max(redeliveredAt, Date.parse(completed_at ?? '') || 0) < FOLLOW_UP_MS;
