import { useMemo } from 'preact/hooks';
import type { Manifest } from '../../src/client/client.ts';
import { formatBytes } from '../../src/lib/units.ts';
import { formatCount } from '../lib/text.ts';
import { useShowMore } from '../lib/use-show-more.ts';
import { MoreButton } from '../parts/more-button.tsx';

const AT_FIRST = 50;

/** How each asset fared; those that failed come first. */
export function AssetOutcomes({ outcomes }: { outcomes: Manifest['assets'] }) {
  const failed = outcomes.filter(({ status }) => status === 'failed').length;
  const sorted = useMemo(
    () => [...outcomes].sort((one, other) => rank(one) - rank(other) || one.index - other.index),
    [outcomes],
  );
  const share = useShowMore(sorted, AT_FIRST);
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
          {share.shown.map(({ index, name, status, size, error }) => (
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
      <MoreButton share={share} what="assets" />
    </section>
  );
}

const rank = ({ status }: Manifest['assets'][number]): number => (status === 'failed' ? 0 : 1);
