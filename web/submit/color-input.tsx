import type { FieldIds } from './field-frame.tsx';
import { splitColor } from './split-color.ts';

interface Props {
  readonly ids: FieldIds;
  readonly text: string;
  readonly placeholder: string;
  readonly onEnter: (text: string) => void;
}

/** A colour as text, with a picker. The picker keeps the alpha of the text. */
export function ColorInput({ ids, text, placeholder, onEnter }: Props) {
  const { color, alpha } = splitColor(text || placeholder);
  return (
    <span class="color">
      <input
        type="color"
        aria-label="Pick a colour"
        value={color}
        onInput={({ currentTarget }) => onEnter(currentTarget.value + alpha)}
      />
      <input
        {...ids}
        autocomplete="off"
        spellcheck={false}
        placeholder={placeholder}
        value={text}
        onInput={({ currentTarget }) => onEnter(currentTarget.value)}
      />
    </span>
  );
}
