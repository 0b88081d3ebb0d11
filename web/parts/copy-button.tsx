import { useState } from 'preact/hooks';

/** Copies a text to the clipboard. Renders nothing in insecure contexts, which have no clipboard. */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const [label, setLabel] = useState('Copy');
  if (!window.isSecureContext) return null;
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setLabel('Copied'),
      () => setLabel('Not allowed'),
    );
  return (
    <button
      type="button"
      onClick={() => void copy()}
      onBlur={() => setLabel('Copy')}
      aria-label={`${label} ${what}`}
    >
      {label}
    </button>
  );
}
