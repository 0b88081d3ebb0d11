import { hrefTo, type Route } from '../lib/route.ts';

interface Props {
  readonly route: Route;
  /** Null if no token is stored. */
  readonly onForgetToken: (() => void) | null;
}

const links = [
  { name: 'Jobs', href: hrefTo.jobs(), pages: ['jobs', 'job'] },
  { name: 'New job', href: hrefTo.submit(), pages: ['submit'] },
  { name: 'Operations', href: hrefTo.operations(), pages: ['operations', 'operation'] },
];

export function Header({ route, onForgetToken }: Props) {
  return (
    <header class="top">
      <a class="brand" href={hrefTo.jobs()} aria-label="darkroom, all jobs">
        <span class="lamp" aria-hidden="true" />
        <span class="brand-name">darkroom</span>
      </a>
      <nav aria-label="Console">
        {links.map(({ name, href, pages }) => (
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
