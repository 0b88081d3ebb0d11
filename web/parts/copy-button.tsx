import { useState } from 'preact/hooks';

/** Puts a text on the clipboard, where the browser lets pages do so: on this machine, or by HTTPS. */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const [said, say] = useState('Copy');
  if (!window.isSecureContext) return null;
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => say('Copied'),
      () => say('Not allowed'),
    );
  return (
    <button
      type="button"
      onClick={() => void copy()}
      onBlur={() => say('Copy')}
      aria-label={`${said} ${what}`}
    >
      {said}
    </button>
  );
}
