/**
 * Signed links to result files: whoever has one can read the file until the link expires, without a login.
 *
 * The signature covers the tenant, the job, the path and the expiry as the handler uses them, after the router has decoded
 * them. So no spelling of an address makes a signature fit another file.
 */
import { isTenant } from '../auth/tenant.ts';
import { DarkroomError } from '../errors.ts';
import { jobId } from '../jobs/model/job-spec.ts';
import type { JobRef } from '../jobs/model/run-input.ts';
import { equalSecrets } from '../lib/equal-secrets.ts';

/** What a link opens: one file, or all files of a result if `path` is null, as a page needs its pictures. */
export interface LinkTarget extends JobRef {
  readonly path: string | null;
}

export interface LinkProof {
  /** Epoch seconds, as in the address. */
  readonly expires: string;
  readonly signature: string;
}

export interface LinkOptions {
  /** Returns a keyed digest of a text. */
  readonly sign: (text: string) => string;
  /** Seconds that a link may be valid. */
  readonly maxSeconds: number;
}

export class Links {
  readonly maxSeconds: number;
  readonly #sign: LinkOptions['sign'];

  constructor({ sign, maxSeconds }: LinkOptions) {
    this.maxSeconds = maxSeconds;
    this.#sign = sign;
  }

  /** Returns the signature of a link. `expires`: epoch seconds. */
  prove(target: LinkTarget, expires: number | string): LinkProof {
    const { tenant, id, path } = target;
    return {
      expires: String(expires),
      signature: this.#sign(JSON.stringify([tenant, id, path, `${expires}`])),
    };
  }

  /**
   * Throws unless the link was signed by this server for this target and has not expired. Links that are valid for longer than
   * the server permits now have expired.
   *
   * @throws link_invalid, link_expired
   */
  verify(target: LinkTarget, { expires, signature }: LinkProof, now = Date.now()): void {
    const fits = equalSecrets(signature, this.prove(target, expires).signature);
    if (!fits || !isTenant(target.tenant) || !jobId.safeParse(target.id).success)
      throw new DarkroomError('link_invalid', 'This link is incomplete or was changed; ask for a new one');
    const seconds = Number(expires) - now / 1000;
    if (!(seconds > 0 && seconds <= this.maxSeconds + 1))
      throw new DarkroomError('link_expired', 'This link has expired; ask for a new one');
  }
}
