/** The application frame: session, route, header and the current page. */
import { useMemo, useState } from 'preact/hooks';
import { createClients, logIn, SessionProvider, storedToken } from './lib/session.ts';
import { useLoaded } from './lib/use-loaded.ts';
import { useRoute } from './lib/use-route.ts';
import { Page } from './page.tsx';
import { Header } from './parts/header.tsx';
import { ServerError } from './parts/server-error.tsx';
import { TokenForm } from './parts/token-form.tsx';

export function App() {
  const route = useRoute();
  const [token, setToken] = useState(storedToken.get);
  /** Counts logins. A new login gets new clients and pages, so that no data of another caller is shown. */
  const [login, setLogin] = useState(0);
  /** The login that the server rejected last; undefined if none. Late responses to earlier logins are ignored. */
  const [rejected, setRejected] = useState<number>();
  const clients = useMemo(() => createClients(token, () => setRejected(login)), [token, login]);
  const { value: caller } = useLoaded(`session ${login}`, (signal) => clients.client.session({ signal }));
  const session = useMemo(() => ({ ...clients, caller }), [clients, caller]);
  const begin = (changed: string | null) => {
    storedToken.set(changed);
    setToken(changed);
    setLogin(login + 1);
  };
  const logOut = async () => {
    // The cookie is removed even if the server does not know its credentials any more.
    await clients.client.endSession().catch(() => undefined);
    begin(null);
  };
  const isLoggedOut = rejected === login;
  return (
    <SessionProvider value={session}>
      <button type="button" class="skip" onClick={() => document.getElementById('main')?.focus()}>
        Skip to content
      </button>
      <Header
        route={route}
        caller={isLoggedOut ? null : caller}
        isLoggedOut={isLoggedOut}
        onLogOut={!isLoggedOut && (token !== null || caller?.requires_login) ? () => void logOut() : null}
      />
      <main id="main" tabIndex={-1}>
        {isLoggedOut ? (
          <TokenForm onLogIn={async (entered) => begin(await logIn(entered))} />
        ) : (
          <>
            <ServerError />
            <Page key={login} route={route} />
          </>
        )}
      </main>
    </SessionProvider>
  );
}
