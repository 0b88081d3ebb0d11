import { useEffect, useRef, useState } from 'preact/hooks';

interface Props {
  /** Whether the server rejected the previous token. */
  readonly rejected: boolean;
  readonly onToken: (token: string) => void;
}

/** Asks for an API key or access token. */
export function TokenForm({ rejected, onToken }: Props) {
  const [token, setToken] = useState('');
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  return (
    <form
      class="token panel"
      onSubmit={(event) => {
        event.preventDefault();
        if (token.trim() !== '') onToken(token.trim());
      }}
    >
      <h1>This server requires authentication</h1>
      <label for="token">API key or access token</label>
      <input
        id="token"
        ref={field}
        type="password"
        autocomplete="off"
        spellcheck={false}
        value={token}
        onInput={({ currentTarget }) => setToken(currentTarget.value)}
        aria-invalid={rejected}
        aria-describedby="token-help"
      />
      <p id="token-help" class={rejected ? 'wrong' : 'help'} role={rejected ? 'alert' : undefined}>
        {rejected
          ? 'The server rejected the token. It may be mistyped, expired or revoked.'
          : 'The token is stored in this tab until you close it, and sent only to this server.'}
      </p>
      <button type="submit" class="primary">
        Continue
      </button>
    </form>
  );
}
