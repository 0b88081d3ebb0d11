import { useEffect, useRef, useState } from 'preact/hooks';
import { toProblem } from '../lib/problem.ts';

/** Asks for an API key or access token. `onLogIn` rejects if the server does. */
export function TokenForm({ onLogIn }: { onLogIn: (token: string) => Promise<void> }) {
  const [token, setToken] = useState('');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const logIn = async () => {
    setBusy(true);
    setFailure(null);
    try {
      await onLogIn(token.trim());
    } catch (error) {
      const { status, detail } = toProblem(error);
      setFailure(
        status === 401
          ? 'The server rejected the token. It may be mistyped, expired or revoked.'
          : `The login failed: ${detail}`,
      );
    }
    setBusy(false);
  };
  return (
    <form
      class="token panel"
      onSubmit={(event) => {
        event.preventDefault();
        if (token.trim() !== '' && !busy) void logIn();
      }}
    >
      <h1>Log in</h1>
      <label for="token">API key or access token</label>
      <input
        id="token"
        ref={field}
        type="password"
        autocomplete="off"
        spellcheck={false}
        value={token}
        onInput={({ currentTarget }) => setToken(currentTarget.value)}
        aria-invalid={failure !== null}
        aria-describedby="token-help"
      />
      <p
        id="token-help"
        class={failure === null ? 'help' : 'wrong'}
        role={failure === null ? undefined : 'alert'}
      >
        {failure ?? 'The browser keeps the login for 30 days in a cookie that scripts cannot read.'}
      </p>
      <button type="submit" class="primary" disabled={busy}>
        Log in
      </button>
    </form>
  );
}
