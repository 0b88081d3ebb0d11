/** The application frame: session, route, header and the current page. */
import { useMemo, useState } from 'preact/hooks';
import { openSession, SessionProvider, storedToken } from './lib/session.ts';
import { useRoute } from './lib/use-route.ts';
import { Page } from './page.tsx';
import { Header } from './parts/header.tsx';
import { ServerError } from './parts/server-error.tsx';
import { TokenForm } from './parts/token-form.tsx';

export function App() {
  const route = useRoute();
  const [token, setToken] = useState(storedToken.get);
  /** The token that the server rejected last; undefined if none. Late responses to earlier tokens are ignored. */
  const [rejected, setRejected] = useState<string | null>();
  const session = useMemo(() => openSession(token, () => setRejected(token)), [token]);
  const changeToken = (changed: string | null) => {
    storedToken.set(changed);
    setToken(changed);
    setRejected(undefined);
  };
  return (
    <SessionProvider value={session}>
      <button type="button" class="skip" onClick={() => document.getElementById('main')?.focus()}>
        Skip to content
      </button>
      <Header route={route} onForgetToken={token === null ? null : () => changeToken(null)} />
      <main id="main" tabIndex={-1}>
        {rejected === token ? (
          <TokenForm rejected={token !== null} onToken={changeToken} />
        ) : (
          <>
            <ServerError />
            {/* A new token gets a new page, so data loaded with the previous one is not shown. */}
            <Page key={token ?? ''} route={route} />
          </>
        )}
      </main>
    </SessionProvider>
  );
}
