/** What the load consists of. */
import type { PatientClient } from './patient-client.ts';

export interface Target {
  readonly client: PatientClient;
  /** Address of the site with the assets. */
  readonly site: string;
  /** Bytes of the assets by name. */
  readonly assets: ReadonlyMap<string, Uint8Array>;
}

/** A submission that can be made any number of times, each as a job of its own with the same result. */
export interface Submission {
  /** The API that it uses. */
  readonly api: string;
  readonly operation: string;
  /** Tells submissions of the same operation apart. */
  readonly variant: string;
  /** Error code with which the job must fail; null if it must complete. */
  readonly failsWith: string | null;
  /** Whether the client is called back. */
  readonly callsBack: boolean;
  /** Name of the asset without which it cannot be made. */
  readonly needs?: string;
  /** Whether its result has the same bytes each time. */
  readonly isReproducible: boolean;
  /**
   * Makes the job.
   *
   * @param key Unique to this job. Requests that are repeated carry it, so that they make one job.
   * @returns The id of the job.
   * @throws {Refusal} If the server refuses it.
   */
  submit(target: Target, key: string): Promise<string>;
}

/** Names a submission in messages and tables. */
export const nameOf = ({ api, operation, variant }: Submission): string =>
  `${operation}${variant === '' ? '' : ` (${variant})`} by ${api}`;
