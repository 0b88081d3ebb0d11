/** The result of one check of `darkroom doctor`. */
export interface Finding {
  readonly check: string;
  /** `warning`: works now, but may fail later or differs from what is usually meant. */
  readonly state: 'ok' | 'warning' | 'broken';
  readonly found: string;
  /** How to fix it; null if `ok`. */
  readonly remedy: string | null;
}

export const ok = (check: string, found: string): Finding => ({ check, state: 'ok', found, remedy: null });

const problem =
  (state: Finding['state']) =>
  (check: string, found: string, remedy: string): Finding => ({
    check,
    state,
    found,
    remedy,
  });

export const warning = problem('warning');
export const broken = problem('broken');

export const readMessage = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
