/** A long text with its lines as they are, in a box that scrolls. */
export function LongText({ text, label }: { text: string; label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard must reach it
    <section class="text" tabIndex={0} aria-label={label}>
      <pre>{text}</pre>
    </section>
  );
}
