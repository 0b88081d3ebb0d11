import type { ComponentChildren } from 'preact';
import { Prose } from '../parts/prose.tsx';

/** What the element in a frame needs, to be told of its label, its help and its error. */
export interface FieldIds {
  readonly id: string;
  readonly 'aria-invalid': boolean;
  readonly 'aria-describedby': string | undefined;
}

interface Props {
  /** Unique on the page; its pointer will do. */
  readonly id: string;
  readonly label: ComponentChildren;
  readonly help?: string;
  readonly errors: readonly string[] | undefined;
  /** The label stands behind the element, as of a box to tick. */
  readonly after?: boolean;
  readonly children: (ids: FieldIds) => ComponentChildren;
}

/** A field with its label, what it means, and what is wrong with it. */
export function FieldFrame({ id, label, help, errors = [], after = false, children }: Props) {
  const wrong = errors.length > 0;
  const described = [...(wrong ? [`${id}-wrong`] : []), ...(help ? [`${id}-help`] : [])];
  const element = children({
    id,
    'aria-invalid': wrong,
    'aria-describedby': described.length === 0 ? undefined : described.join(' '),
  });
  return (
    <div class={after ? 'field tick' : 'field'}>
      {after && element}
      <label for={id}>{label}</label>
      {!after && element}
      {wrong && (
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
