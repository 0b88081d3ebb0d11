import { useMemo } from 'preact/hooks';
import type { Manifest } from '../../src/client/client.ts';
import { formatBytes } from '../../src/lib/units.ts';
import { formatCount } from '../lib/text.ts';
import { useShowMore } from '../lib/use-show-more.ts';
import { MoreButton } from '../parts/more-button.tsx';

const INITIAL_COUNT = 50;

/** The outcome of each asset, failed assets first. */
export function AssetOutcomes({ outcomes }: { outcomes: Manifest['assets'] }) {
  const failed = outcomes.filter(({ status }) => status === 'failed').length;
  const sorted = useMemo(
    () => [...outcomes].sort((one, other) => rank(one) - rank(other) || one.index - other.index),
    [outcomes],
  );
  const list = useShowMore(sorted, INITIAL_COUNT);
  if (outcomes.length === 0) return null;
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>Assets</h2>
        <span class="quiet">
          {formatCount(outcomes.length, 'asset')}
          {failed > 0 && `, ${failed} failed`}
        </span>
      </div>
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">Outcome</th>
            <th scope="col">Name</th>
            <th scope="col" class="number">
              Size
            </th>
          </tr>
        </thead>
        <tbody>
          {list.shown.map(({ index, name, status, size, error }) => (
            <tr key={index}>
              <td>
                <span class={`badge is-${status === 'ok' ? 'completed' : 'failed'}`}>{status}</span>
              </td>
              <td>
                <span class="file-name">{name}</span>
                {error && (
                  <span class="failure">
                    {error.message} <code>{error.code}</code>
                  </span>
                )}
              </td>
              <td class="number">{size === null ? '–' : formatBytes(size)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <MoreButton list={list} what="assets" />
    </section>
  );
}

const rank = ({ status }: Manifest['assets'][number]): number => (status === 'failed' ? 0 : 1);
