import type { Session } from '../../src/client/client.ts';
import { hrefTo, type Route } from '../lib/route.ts';

interface Props {
  readonly route: Route;
  /** Null if unknown. */
  readonly caller: Session | null;
  /** Whether the server wants a login first. */
  readonly isLoggedOut: boolean;
  /** Null if nobody is logged in. */
  readonly onLogOut: (() => void) | null;
}

const links = [
  { name: 'Jobs', href: hrefTo.jobs(), pages: ['jobs', 'job'], action: 'jobs.read' },
  { name: 'New job', href: hrefTo.submit(), pages: ['submit'], action: 'jobs.submit' },
  {
    name: 'Operations',
    href: hrefTo.operations(),
    pages: ['operations', 'operation'],
    action: 'server.read',
  },
  {
    name: 'Templates',
    href: hrefTo.templates(),
    pages: ['templates', 'template'],
    action: 'templates.read',
  },
  { name: 'Usage', href: hrefTo.usage(), pages: ['usage'], action: 'usage.read' },
];

export function Header({ route, caller, isLoggedOut, onLogOut }: Props) {
  return (
    <header class="top">
      <a class="brand" href={hrefTo.jobs()} aria-label="darkroom, all jobs">
        <span class="lamp" aria-hidden="true" />
        <span class="brand-name">darkroom</span>
      </a>
      <nav aria-label="Console">
        {links
          .filter(({ action }) => !isLoggedOut && (caller?.actions.includes(action) ?? true))
          .map(({ name, href, pages }) => (
            <a key={name} href={href} aria-current={pages.includes(route.page) ? 'page' : undefined}>
              {name}
            </a>
          ))}
      </nav>
      <div class="top-end">
        {caller?.requires_login && (
          <span class="caller" title={`${caller.subject}, role ${caller.role}`}>
            {caller.tenant} <span class="quiet">{caller.role === 'viewer' ? 'read-only' : caller.role}</span>
          </span>
        )}
        <a href="docs">API</a>
        {onLogOut && (
          <button type="button" class="plain" onClick={onLogOut}>
            Log out
          </button>
        )}
      </div>
    </header>
  );
}
