import { formatBytes, formatDuration } from '../../src/lib/units.ts';
import type { OperationSum } from './sum-usage.ts';

/** The usage of each operation, with its colour in the charts. */
export function UsageTable({ sums }: { sums: readonly OperationSum[] }) {
  return (
    <section class="panel">
      <h2>Operations</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: keyboard users must be able to scroll it */}
      <div class="scroll" tabIndex={0}>
        <table class="plain">
          <thead>
            <tr>
              <th scope="col">Operation</th>
              <th scope="col" class="number">
                Completed
              </th>
              <th scope="col" class="number">
                Failed
              </th>
              <th scope="col" class="number">
                Cancelled
              </th>
              <th scope="col" class="number">
                Computing time
              </th>
              <th scope="col" class="number">
                In
              </th>
              <th scope="col" class="number">
                Out
              </th>
            </tr>
          </thead>
          <tbody>
            {sums.map((sum, at) => (
              <tr key={sum.operation}>
                <td>
                  <svg class="swatch" viewBox="0 0 10 10" aria-hidden="true">
                    <rect class={`series-${at % 6}`} width="10" height="10" rx="2" />
                  </svg>
                  {sum.operation}
                </td>
                <td class="number">{sum.completed.toLocaleString('en')}</td>
                <td class="number">{sum.failed.toLocaleString('en')}</td>
                <td class="number">{sum.cancelled.toLocaleString('en')}</td>
                <td class="number">{formatDuration(sum.compute_seconds * 1000)}</td>
                <td class="number">{formatBytes(sum.bytes_in)}</td>
                <td class="number">{formatBytes(sum.bytes_out)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
