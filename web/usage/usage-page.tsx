import { useState } from 'preact/hooks';
import { formatBytes, formatDuration } from '../../src/lib/units.ts';
import { useClient } from '../lib/session.ts';
import { useLoaded } from '../lib/use-loaded.ts';
import { LoadNote } from '../parts/load-note.tsx';
import { type Measure, sumByDay, sumByOperation } from './sum-usage.ts';
import { UsageChart } from './usage-chart.tsx';
import { UsageTable } from './usage-table.tsx';

const DAY_MS = 86_400_000;
const periods = [7, 30, 90, 365] as const;

const charts: readonly { title: string; measure: Measure; format: (amount: number) => string }[] = [
  { title: 'Runs', measure: 'jobs', format: (amount) => amount.toLocaleString('en') },
  { title: 'Computing time', measure: 'compute_seconds', format: (amount) => formatDuration(amount * 1000) },
  { title: 'Bytes in', measure: 'bytes_in', format: formatBytes },
  { title: 'Bytes out', measure: 'bytes_out', format: formatBytes },
];

/** The usage of the tenant by day and operation. */
export function UsagePage() {
  const client = useClient();
  const [days, setDays] = useState<number>(30);
  const { value, problem } = useLoaded(`usage ${days}`, (signal) =>
    client.usage({ from: toDay(Date.now() - (days - 1) * DAY_MS), to: toDay(Date.now()), signal }),
  );
  const sums = value ? sumByOperation(value) : [];
  const operations = sums.map(({ operation }) => operation);
  return (
    <section>
      <div class="page-head">
        <h1>Usage</h1>
        <label class="period">
          <span class="quiet">Period</span>
          <select value={days} onChange={({ currentTarget }) => setDays(Number(currentTarget.value))}>
            {periods.map((period) => (
              <option key={period} value={period}>
                {period} days
              </option>
            ))}
          </select>
        </label>
      </div>
      <LoadNote of={{ value, problem }} what="The usage could not be loaded" />
      {value && sums.length === 0 && <p class="empty">No job has ended in this period.</p>}
      {value && sums.length > 0 && (
        <>
          <p class="quiet">Ended runs of the tenant {value.tenant}. Days are UTC.</p>
          <div class="columns">
            {charts.map(({ title, measure, format }) => (
              <UsageChart
                key={measure}
                title={title}
                columns={sumByDay(value, measure)}
                operations={operations}
                format={format}
              />
            ))}
          </div>
          <UsageTable sums={sums} />
        </>
      )}
    </section>
  );
}

const toDay = (time: number): string => new Date(time).toISOString().slice(0, 10);
