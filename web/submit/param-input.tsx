import { ColorInput } from './color-input.tsx';
import type { FieldIds } from './field-frame.tsx';
import type { Field } from './fields.ts';
import type { Entries } from './params.ts';

type Entry = Entries[string];

interface Props {
  readonly field: Field;
  readonly entry: Entry | undefined;
  readonly ids: FieldIds;
  readonly onEnter: (entry: Entry) => void;
}

/** The input element of a parameter. */
export function ParamInput({ field, entry, ids, onEnter }: Props) {
  const { fallback, kind } = field;
  const text = typeof entry === 'string' ? entry : '';
  const enter = ({ currentTarget }: { currentTarget: { value: string } }) => onEnter(currentTarget.value);
  const placeholder = fallback === undefined ? '' : asText(fallback);
  switch (kind) {
    case 'choice':
      return <Choice field={field.choices} fallback={fallback} text={text} ids={ids} onEnter={onEnter} />;
    case 'flag':
      if (typeof fallback !== 'boolean')
        return <Choice field={[true, false]} fallback={undefined} text={text} ids={ids} onEnter={onEnter} />;
      return (
        <input
          {...ids}
          type="checkbox"
          checked={text === '' ? fallback : text === 'true'}
          onChange={({ currentTarget }) => onEnter(String(currentTarget.checked))}
        />
      );
    case 'choices': {
      const checked = entry === undefined ? toList(fallback) : (entry as readonly string[]);
      return (
        <fieldset {...ids} class="ticks">
          {field.choices.map((choice) => (
            <label key={choice}>
              <input
                type="checkbox"
                checked={checked.includes(choice)}
                onChange={({ currentTarget }) =>
                  onEnter(
                    field.choices.filter((one) =>
                      one === choice ? currentTarget.checked : checked.includes(one),
                    ),
                  )
                }
              />{' '}
              {choice}
            </label>
          ))}
        </fieldset>
      );
    }
    case 'number':
      return (
        <input
          {...ids}
          inputMode="decimal"
          autocomplete="off"
          placeholder={placeholder}
          value={text}
          onInput={enter}
        />
      );
    case 'color':
      return <ColorInput ids={ids} text={text} placeholder={placeholder} onEnter={onEnter} />;
    case 'text':
      if (!field.long)
        return <input {...ids} autocomplete="off" placeholder={placeholder} value={text} onInput={enter} />;
      return <textarea {...ids} rows={3} placeholder={placeholder} value={text} onInput={enter} />;
    case 'lines':
    case 'json':
      return (
        <textarea
          {...ids}
          rows={2}
          class={kind === 'json' ? 'code' : ''}
          spellcheck={false}
          placeholder={placeholder}
          value={text}
          onInput={enter}
        />
      );
  }
}

interface ChoiceProps {
  readonly field: readonly unknown[];
  readonly fallback: unknown;
  readonly text: string;
  readonly ids: FieldIds;
  readonly onEnter: (entry: Entry) => void;
}

/** A select; its first option means the default. */
function Choice({ field, fallback, text, ids, onEnter }: ChoiceProps) {
  return (
    <select {...ids} value={text} onChange={({ currentTarget }) => onEnter(currentTarget.value)}>
      <option value="">{fallback === undefined ? '' : `${asText(fallback)} (default)`}</option>
      {field
        .filter((choice) => choice !== fallback)
        .map((choice) => (
          <option key={asText(choice)} value={JSON.stringify(choice)}>
            {asText(choice)}
          </option>
        ))}
    </select>
  );
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
const toList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
