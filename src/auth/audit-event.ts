/** An entry of the audit log: who did what, or tried to. It never holds credentials. */
import { z } from 'zod';

export const auditEvent = z.object({
  time: z.iso.datetime(),
  /** An action of the table of roles, `login`, `keys.create`, `keys.revoke`, `credentials.reseal` or `audit.export`. */
  action: z.string(),
  /** `denied`: missing or invalid credentials, or the role does not permit it. */
  outcome: z.enum(['success', 'failure', 'denied']),
  /** Null before a login. */
  tenant: z.string().nullable(),
  /** The key, the subject of the token, or the user of the command line. Null before a login. */
  subject: z.string().nullable(),
  role: z.string().nullable(),
  /** The path of what was created or changed; of a key, its id. */
  target: z.string(),
  /** Address of the client; null on the command line. */
  address: z.string().nullable(),
  request_id: z.string().nullable(),
  /** Status of the response with the reason that the client gave for the action, or why a login was rejected. */
  detail: z.string(),
  /** Earlier rejected logins that were too many to record each. */
  omitted: z.int(),
});

export type AuditEvent = z.infer<typeof auditEvent>;

/** How far a reader has come: so many events of a batch, and all of the batches before it. */
export interface AuditPosition {
  readonly batch: string;
  readonly events: number;
}

export interface AuditQuery {
  readonly since: Date;
  /** Exclusive. */
  readonly until: Date;
  /** Null: all. */
  readonly tenant: string | null;
  readonly limit: number;
  /** Null: the beginning. */
  readonly after: AuditPosition | null;
}

export interface AuditPage {
  /** In the order in which they were written. */
  readonly events: readonly AuditEvent[];
  /** Null on the last page. */
  readonly next: AuditPosition | null;
}

/** Port: implemented in `src/storage/audit.ts`. Throws `store_unavailable`. */
export interface AuditReader {
  page(query: AuditQuery): Promise<AuditPage>;
}

/** The members of an event, in the order of its columns. */
export const auditColumns = auditEvent.keyof().options;
