import { hrefTo, type Route } from '../lib/route.ts';

interface Props {
  readonly route: Route;
  /** Null: there is no token to forget. */
  readonly onForgetToken: (() => void) | null;
}

const places = [
  { name: 'Jobs', href: hrefTo.jobs(), pages: ['jobs', 'job'] },
  { name: 'New job', href: hrefTo.submit(), pages: ['submit'] },
  { name: 'Operations', href: hrefTo.operations(), pages: ['operations', 'operation'] },
];

export function Header({ route, onForgetToken }: Props) {
  return (
    <header class="top">
      <a class="brand" href={hrefTo.jobs()} aria-label="darkroom, to the jobs">
        <span class="lamp" aria-hidden="true" />
        <span class="brand-name">darkroom</span>
      </a>
      <nav aria-label="Console">
        {places.map(({ name, href, pages }) => (
          <a key={name} href={href} aria-current={pages.includes(route.page) ? 'page' : undefined}>
            {name}
          </a>
        ))}
      </nav>
      <div class="top-end">
        <a href="docs">API</a>
        {onForgetToken && (
          <button type="button" class="plain" onClick={onForgetToken}>
            Forget token
          </button>
        )}
      </div>
    </header>
  );
}
