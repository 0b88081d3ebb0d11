/** Who may call, and from where: settings that are right each by itself, and not together. */
import { isLoopback, type ListenAddress } from './values.ts';

interface AuthenticationSettings {
  readonly DARKROOM_AUTH: readonly string[];
  readonly DARKROOM_ALLOW_ANONYMOUS: boolean;
  readonly DARKROOM_LISTEN: readonly ListenAddress[];
  readonly DARKROOM_OIDC_ISSUER: string;
  readonly DARKROOM_OIDC_AUDIENCE: readonly string[];
}

/** In sentences that name the variables; none when all is well. */
export function authenticationProblems(raw: AuthenticationSettings): string[] {
  const kinds = raw.DARKROOM_AUTH;
  if (kinds.length === 0) {
    if (raw.DARKROOM_ALLOW_ANONYMOUS) return [];
    return raw.DARKROOM_LISTEN.filter(({ host }) => !isLoopback(host)).map(
      ({ host, port }) =>
        `DARKROOM_LISTEN="${host}:${port}" can be reached from other machines, and nobody would have to log in. ` +
        'Set DARKROOM_AUTH=keys or oidc, listen on 127.0.0.1, or set DARKROOM_ALLOW_ANONYMOUS=1 if a gateway in front of it authenticates',
    );
  }
  const problems: string[] = [];
  if (raw.DARKROOM_ALLOW_ANONYMOUS)
    problems.push(
      `DARKROOM_ALLOW_ANONYMOUS=1 contradicts DARKROOM_AUTH="${kinds.join(',')}", with which everybody logs in; unset one of them`,
    );
  if (kinds.includes('oidc') && !raw.DARKROOM_OIDC_ISSUER)
    problems.push('DARKROOM_OIDC_ISSUER is missing, which DARKROOM_AUTH=oidc needs');
  if (kinds.includes('oidc') && raw.DARKROOM_OIDC_AUDIENCE.length === 0)
    problems.push(
      'DARKROOM_OIDC_AUDIENCE is missing, which DARKROOM_AUTH=oidc needs: tokens for other servers must not open this one',
    );
  return problems;
}
