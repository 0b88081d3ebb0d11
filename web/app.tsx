/** The frame: who is asking, where they are, and the page that is there. */
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
  /** The token that the server last refused; undefined: none. An answer to an earlier one says nothing of this one. */
  const [refused, setRefused] = useState<string | null>();
  const session = useMemo(() => openSession(token, () => setRefused(token)), [token]);
  const changeToken = (changed: string | null) => {
    storedToken.set(changed);
    setToken(changed);
    setRefused(undefined);
  };
  return (
    <SessionProvider value={session}>
      <button type="button" class="skip" onClick={() => document.getElementById('main')?.focus()}>
        Skip to content
      </button>
      <Header route={route} onForgetToken={token === null ? null : () => changeToken(null)} />
      <main id="main" tabIndex={-1}>
        {refused === token ? (
          <TokenForm wrong={token !== null} onToken={changeToken} />
        ) : (
          <>
            <ServerError />
            {/* Who asks with another token sees nothing of what was loaded with the one before. */}
            <Page key={token ?? ''} route={route} />
          </>
        )}
      </main>
    </SessionProvider>
  );
}
