/** Limits the bytes of request bodies that arrive at once, in each scope. Counts in the memory of this process. */
import { DarkroomError } from '../../errors.ts';
import { type Caller, describeSubject, findLimit } from './caller.ts';
import { limitScopes, type ScopedLimits } from './settings.ts';

const SETTING = 'DARKROOM_UPLOAD_LIMITS';

/** Counts the bytes of one body. */
export interface BodyMeter {
  /** @throws too_many_uploads; payload_too_large if the body alone has more bytes than may arrive at once */
  add(bytes: number): void;
  /** The body has arrived, or never will. */
  close(): void;
}

export class BytesInFlight {
  readonly #limits: ScopedLimits<number>;
  /** By scope and subject; without those that have none. */
  readonly #bytes = new Map<string, number>();

  constructor(limits: ScopedLimits<number>) {
    this.#limits = limits;
  }

  open(caller: Caller): BodyMeter {
    const counts = limitScopes.flatMap((scope) => {
      const subject = caller[scope];
      const found = subject === null ? null : findLimit(this.#limits, scope, subject);
      return found && subject !== null
        ? [{ scope, subject, max: found.limit, id: `${scope} ${subject}` }]
        : [];
    });
    let own = 0;
    const change = (bytes: number) => {
      own += bytes;
      for (const { id } of counts) {
        const sum = (this.#bytes.get(id) ?? 0) + bytes;
        if (sum > 0) this.#bytes.set(id, sum);
        else this.#bytes.delete(id);
      }
    };
    return {
      add: (bytes) => {
        for (const { scope, subject, max, id } of counts) {
          if ((this.#bytes.get(id) ?? 0) + bytes <= max) continue;
          const who = describeSubject(scope, subject);
          const details = { limit: `${scope}-uploads`, max, setting: SETTING };
          const [code, text] =
            own + bytes > max
              ? (['payload_too_large', 'and this body alone has more'] as const)
              : (['too_many_uploads', 'send this again when others have arrived'] as const);
          throw new DarkroomError(code, `${who} may send ${max} bytes at once (${SETTING}); ${text}`, {
            details,
          });
        }
        change(bytes);
      },
      close: () => change(-own),
    };
  }
}
