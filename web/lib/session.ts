/** The session: who uses the console, and the API client of all components. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { type Session as Caller, createClient, type Darkroom } from '../../src/client/client.ts';

export interface Session {
  readonly client: Darkroom;
  /**
   * Sent with each request to a gateway that wants one. Null in general: the server needs no login, or keeps it in a cookie,
   * which links and pictures send as well.
   */
  readonly token: string | null;
  /** Null until it is known. */
  readonly caller: Caller | null;
  /** Creates a client with its own `fetch`, for uploads with progress. */
  readonly createClientWith: (fetch: typeof globalThis.fetch) => Darkroom;
}

const KEY = 'darkroom.token';

/** The directory of the page without a trailing slash; a gateway may serve it below a path. */
export const serverUrl = new URL('.', document.baseURI).href.replace(/\/$/, '');

/** Creates the clients of a session. `onUnauthorized` is called for each 401 response. */
export function createClients(
  token: string | null,
  onUnauthorized: () => void,
): Pick<Session, 'token' | 'client' | 'createClientWith'> {
  const headers: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
  const watchedFetch: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    if (response.status === 401) onUnauthorized();
    return response;
  };
  return {
    token,
    client: createClient({ url: serverUrl, headers, fetch: watchedFetch }),
    createClientWith: (customFetch) => createClient({ url: serverUrl, headers, fetch: customFetch }),
  };
}

/**
 * Logs in.
 *
 * @returns the token if it must be sent with each request; null if the browser has a session now
 * @throws DarkroomProblem with status 401 if it is rejected
 */
export async function logIn(token: string): Promise<string | null> {
  const { client } = createClients(token, () => undefined);
  // A server without login is behind a gateway that wants the token.
  return (await client.beginSession()).requires_login ? null : token;
}

const SessionContext = createContext<Session>({ ...createClients(null, () => undefined), caller: null });

export const SessionProvider = SessionContext.Provider;
export const useSession = (): Session => useContext(SessionContext);
export const useClient = (): Darkroom => useSession().client;

/** Returns whether the caller may do something; true until that is known. */
export function useMay(action: string): boolean {
  const { caller } = useSession();
  return caller?.actions.includes(action) ?? true;
}

/** Whether programs need a token for this server. */
export function useNeedsToken(): boolean {
  const { token, caller } = useSession();
  return token !== null || (caller?.requires_login ?? false);
}

/** The token for a gateway, stored until the tab is closed. */
export const storedToken = {
  get: (): string | null => sessionStorage.getItem(KEY),
  set: (token: string | null): void =>
    token === null ? sessionStorage.removeItem(KEY) : sessionStorage.setItem(KEY, token),
};
