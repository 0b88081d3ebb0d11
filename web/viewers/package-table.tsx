import { useMemo, useState } from 'preact/hooks';
import { formatCount } from '../lib/text.ts';
import { useShowMore } from '../lib/use-show-more.ts';
import { MoreButton } from '../parts/more-button.tsx';
import { findPackages, type Package } from './disk-report.ts';

const INITIAL_COUNT = 50;

/** The installed packages, with a search. */
export function PackageTable({ packages }: { packages: readonly Package[] }) {
  const [query, setQuery] = useState('');
  const found = useMemo(() => findPackages(packages, query), [packages, query]);
  const list = useShowMore(found, INITIAL_COUNT);
  return (
    <section aria-label="Packages">
      <div class="panel-head">
        <h2>Packages</h2>
        <label class="search">
          <span class="quiet">Find</span>
          <input
            type="search"
            value={query}
            placeholder="name or version"
            spellcheck={false}
            onInput={({ currentTarget }) => setQuery(currentTarget.value)}
          />
        </label>
        <span class="quiet" role="status">
          {query === ''
            ? formatCount(found.length, 'package')
            : `${formatCount(found.length, 'match', 'matches')}`}
        </span>
      </div>
      <table class="plain packages">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Version</th>
            <th scope="col">Architecture</th>
          </tr>
        </thead>
        <tbody>
          {list.shown.map(({ name, version, arch }) => (
            <tr key={`${name} ${version} ${arch}`}>
              <td>{name}</td>
              <td>
                <code>{version}</code>
              </td>
              <td>{arch ?? '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <MoreButton list={list} what="packages" />
    </section>
  );
}
