/**
 * Sessions of browsers: a cookie that holds the caller's credential, encrypted. Scripts cannot read it, and browsers do not
 * send it for pages of other sites. The credential is verified with each request, so a session ends when its key is revoked.
 */
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { CookieOptions } from 'hono/utils/cookie';
import type { Keyring } from '../../auth/keyring.ts';
import { DAY_MS } from '../../lib/units.ts';
import { toBasePath } from '../base-path.ts';

const NAME = 'darkroom_session';
/** Also bound to the encryption, so that no other encrypted text is a session. */
const CONTEXT = 'session';
const LIFETIME_MS = 30 * DAY_MS;

interface Session {
  readonly credential: string;
  /** Epoch, ms. */
  readonly expires: number;
}

export class Sessions {
  readonly #keys: Pick<Keyring, 'seal' | 'open'>;
  readonly #options: CookieOptions;

  /** @param publicUrl address of this server as clients know it; cookies of https servers are sent by TLS only */
  constructor(keys: Pick<Keyring, 'seal' | 'open'>, publicUrl: string) {
    this.#keys = keys;
    this.#options = {
      path: toBasePath(publicUrl) || '/',
      secure: publicUrl.startsWith('https:'),
      httpOnly: true,
      sameSite: 'Strict',
    };
  }

  /** Adds the cookie of a new session to the response. */
  begin(c: Context, credential: string, now = Date.now()): void {
    const session: Session = { credential, expires: now + LIFETIME_MS };
    const value = this.#keys.seal(JSON.stringify(session), CONTEXT).toString('base64url');
    setCookie(c, NAME, value, { ...this.#options, maxAge: LIFETIME_MS / 1000 });
  }

  /** Returns the credential of the session; null if the request has none, or one that has expired or was changed. */
  read(c: Context, now = Date.now()): string | null {
    const value = getCookie(c, NAME);
    if (!value) return null;
    try {
      const { credential, expires } = JSON.parse(
        this.#keys.open(Buffer.from(value, 'base64url'), CONTEXT),
      ) as Session;
      return expires > now ? credential : null;
    } catch {
      return null;
    }
  }

  /** Removes the cookie. */
  end(c: Context): void {
    deleteCookie(c, NAME, this.#options);
  }
}
