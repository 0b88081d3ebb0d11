/** The session: server URL, token, and the API client of all components. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { createClient, type Darkroom } from '../../src/client/client.ts';

export interface Session {
  readonly client: Darkroom;
  /** Null if the server needs no token. */
  readonly token: string | null;
  /** Creates a client with its own `fetch`, for uploads with progress. */
  readonly createClientWith: (fetch: typeof globalThis.fetch) => Darkroom;
}

const KEY = 'darkroom.token';

/** The directory of the page without a trailing slash; a gateway may serve it below a path. */
export const serverUrl = new URL('.', document.baseURI).href.replace(/\/$/, '');

/** Creates a session. `onUnauthorized` is called for each 401 response. */
export function openSession(token: string | null, onUnauthorized: () => void): Session {
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

const SessionContext = createContext<Session>(openSession(null, () => undefined));

export const SessionProvider = SessionContext.Provider;
export const useSession = (): Session => useContext(SessionContext);
export const useClient = (): Darkroom => useSession().client;

/** The token, stored until the tab is closed. */
export const storedToken = {
  get: (): string | null => sessionStorage.getItem(KEY),
  set: (token: string | null): void =>
    token === null ? sessionStorage.removeItem(KEY) : sessionStorage.setItem(KEY, token),
};
