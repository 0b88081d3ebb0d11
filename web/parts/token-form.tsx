import { useEffect, useRef, useState } from 'preact/hooks';

interface Props {
  /** There was a token, and the server did not take it. */
  readonly wrong: boolean;
  readonly onToken: (token: string) => void;
}

/** Asks for what the server asks for. */
export function TokenForm({ wrong, onToken }: Props) {
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
      <h1>This server asks for a token</h1>
      <label for="token">API key or access token</label>
      <input
        id="token"
        ref={field}
        type="password"
        autocomplete="off"
        spellcheck={false}
        value={token}
        onInput={({ currentTarget }) => setToken(currentTarget.value)}
        aria-invalid={wrong}
        aria-describedby="token-help"
      />
      <p id="token-help" class={wrong ? 'wrong' : 'help'} role={wrong ? 'alert' : undefined}>
        {wrong
          ? 'The server refused the token. It may be mistyped, expired or withdrawn.'
          : 'It is kept in this tab until you close it, and sent to this server alone.'}
      </p>
      <button type="submit" class="primary">
        Continue
      </button>
    </form>
  );
}
