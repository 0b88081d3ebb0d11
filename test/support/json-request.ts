/** Requests to a darkroom under test, and their answers as the clients of a dialect have them. */
import type { Answer } from '../contracts/dialect.ts';
import type { RunningDarkroom } from './darkroom.ts';

export type JsonRequest = (path: string, init?: RequestInit) => Promise<Answer>;

/** `server`: there by the time that something is asked. */
export const createJsonRequest =
  (server: () => RunningDarkroom): JsonRequest =>
  async (path, init) => {
    const response = await server().request(path, init);
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
