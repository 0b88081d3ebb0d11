/** An entry of the audit log: who did what, or tried to. It never holds credentials. */
import { z } from 'zod';

const auditEvent = z.object({
  time: z.iso.datetime(),
  /** An action of the table of roles, `login`, `keys.create`, `keys.revoke` or `audit.export`. */
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
  /** Status of the response, or why a login was rejected. */
  detail: z.string(),
  /** Earlier rejected logins that were too many to record each. */
  omitted: z.int(),
});

export type AuditEvent = z.infer<typeof auditEvent>;

/** The members of an event, in the order of its columns. */
export const auditColumns = auditEvent.keyof().options;
