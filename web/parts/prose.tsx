/** A description in which code stands between backticks. */
export function Prose({ text }: { text: string }) {
  return (
    <>
      {text.split('`').map((part, index) =>
        // Every second part stands between two of them.
        index % 2 === 1 ? <code key={index}>{part}</code> : part,
      )}
    </>
  );
}
