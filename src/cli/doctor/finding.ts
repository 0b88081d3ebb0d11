/** What a check of `darkroom doctor` finds. */
export interface Finding {
  readonly check: string;
  /** `warning`: it works, and may not for long, or not as meant. */
  readonly state: 'ok' | 'warning' | 'broken';
  readonly found: string;
  /** What to do; null when there is nothing to do. */
  readonly mend: string | null;
}

export const ok = (check: string, found: string): Finding => ({ check, state: 'ok', found, mend: null });

export const warning = (check: string, found: string, mend: string): Finding => ({
  check,
  state: 'warning',
  found,
  mend,
});

export const broken = (check: string, found: string, mend: string): Finding => ({
  check,
  state: 'broken',
  found,
  mend,
});

export const readMessage = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
