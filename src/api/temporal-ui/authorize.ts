import { DarkroomError } from '../../errors.ts';

/**
 * Checks that the client of a request may use Temporal's Web UI. It shows the jobs of all tenants, and has full control over
 * them.
 *
 * @throws forbidden
 */
export function authorizeTemporalUi({ loopbackOnly }: { readonly loopbackOnly: boolean }): void {
  if (loopbackOnly) return;
  throw new DarkroomError(
    'forbidden',
    'Temporal’s Web UI shows the jobs of all tenants. Without login, a server offers it only on loopback addresses',
  );
}
