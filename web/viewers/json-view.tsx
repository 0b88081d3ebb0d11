import { useMemo } from 'preact/hooks';
import { CopyButton } from '../parts/copy-button.tsx';
import { JsonTree } from './json-tree.tsx';

/** A JSON value as a tree, which can be copied as text. */
export function JsonView({ value, label }: { value: unknown; label: string }) {
  const text = useMemo(() => JSON.stringify(value, null, 2) ?? '', [value]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: keyboard users must be able to scroll it
    <section class="json" tabIndex={0} aria-label={label}>
      <CopyButton text={text} what="JSON" />
      <JsonTree value={value} />
    </section>
  );
}
