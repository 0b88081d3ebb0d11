import type { Draft } from './draft.ts';
import type { FieldErrors } from './field-errors.ts';
import type { Field } from './fields.ts';
import { ParamField } from './param-field.tsx';
import { paramPointer } from './params.ts';

/** Fields that are shown. Operations list their usual parameters first. */
const SHOWN = 3;
/** Forms of up to this many fields are shown as a whole. */
const MAX_FIELDS = 5;

interface Props {
  readonly fields: readonly Field[];
  readonly draft: Draft;
  readonly fieldErrors: FieldErrors;
  readonly onChange: (changed: Partial<Draft>) => void;
}

/** The parameters of a job. Of a long list, the rest is collapsed unless a field in it has an error. */
export function ParamFields({ fields, draft, fieldErrors, onChange }: Props) {
  const count = fields.length > MAX_FIELDS ? SHOWN : fields.length;
  const [first, rest] = [fields.slice(0, count), fields.slice(count)];
  const list = (part: readonly Field[]) => (
    <div class="params">
      {part.map((field) => (
        <ParamField
          key={field.name}
          field={field}
          entry={draft.entries[field.name]}
          errors={fieldErrors.get(paramPointer(field.name))}
          onEnter={(entry) => onChange({ entries: { ...draft.entries, [field.name]: entry } })}
        />
      ))}
    </div>
  );
  const hasErrors = rest.some(({ name }) => fieldErrors.has(paramPointer(name)));
  return (
    <>
      {list(first)}
      {rest.length > 0 && (
        <details open={hasErrors || undefined}>
          <summary>{rest.length} more parameters</summary>
          {list(rest)}
        </details>
      )}
    </>
  );
}
