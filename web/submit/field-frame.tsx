import type { ComponentChildren } from 'preact';
import { Prose } from '../parts/prose.tsx';

/** Attributes that connect the input with its label, help and errors. */
export interface FieldIds {
  readonly id: string;
  readonly 'aria-invalid': boolean;
  readonly 'aria-describedby': string | undefined;
}

interface Props {
  /** Unique on the page, such as the JSON Pointer of the field. */
  readonly id: string;
  readonly label: ComponentChildren;
  readonly help?: string;
  readonly errors: readonly string[] | undefined;
  /** Whether the label follows the input, as for a checkbox. */
  readonly after?: boolean;
  readonly children: (ids: FieldIds) => ComponentChildren;
}

/** A field with label, help and errors. */
export function FieldFrame({ id, label, help, errors = [], after = false, children }: Props) {
  const isInvalid = errors.length > 0;
  const described = [...(isInvalid ? [`${id}-wrong`] : []), ...(help ? [`${id}-help`] : [])];
  const element = children({
    id,
    'aria-invalid': isInvalid,
    'aria-describedby': described.length === 0 ? undefined : described.join(' '),
  });
  return (
    <div class={after ? 'field tick' : 'field'}>
      {after && element}
      <label for={id}>{label}</label>
      {!after && element}
      {isInvalid && (
        <p class="wrong" id={`${id}-wrong`}>
          {errors.join('; ')}
        </p>
      )}
      {help && (
        <p class="help" id={`${id}-help`}>
          <Prose text={help} />
        </p>
      )}
    </div>
  );
}
