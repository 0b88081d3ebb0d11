/** A promise that was not kept. */
export interface Violation {
  readonly kind: 'lost' | 'wrong' | 'duplicated' | 'refused' | 'leaked';
  /** The job, file or process. */
  readonly what: string;
  readonly message: string;
}
