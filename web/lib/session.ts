/** Who asks, and whom: the client that all parts of the page use. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { createClient, type Darkroom } from '../../src/client/client.ts';

export interface Session {
  readonly client: Darkroom;
  /** Null: the server asks for none. */
  readonly token: string | null;
  /** A client for one large submission, that tells how much of it has been sent. */
  readonly createClientWith: (fetch: typeof globalThis.fetch) => Darkroom;
}

const KEY = 'darkroom.token';

/** Without the name of a page at its end; a gateway may have put it below a path. */
export const serverUrl = new URL('.', document.baseURI).href.replace(/\/$/, '');

/** `onRefused` is told of each answer that asks for a token, or for another one. */
export function openSession(token: string | null, onRefused: () => void): Session {
  const headers: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
  const watched: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    if (response.status === 401) onRefused();
    return response;
  };
  return {
    token,
    client: createClient({ url: serverUrl, headers, fetch: watched }),
    createClientWith: (own) => createClient({ url: serverUrl, headers, fetch: own }),
  };
}

const SessionContext = createContext<Session>(openSession(null, () => undefined));

export const SessionProvider = SessionContext.Provider;
export const useSession = (): Session => useContext(SessionContext);
export const useClient = (): Darkroom => useSession().client;

/** The token lives as long as the tab does. */
export const storedToken = {
  get: (): string | null => sessionStorage.getItem(KEY),
  set: (token: string | null): void =>
    token === null ? sessionStorage.removeItem(KEY) : sessionStorage.setItem(KEY, token),
};
