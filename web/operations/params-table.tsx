import { Prose } from '../parts/prose.tsx';
import { allowsOtherParams, buildFields, type Field } from '../submit/fields.ts';

/** A table of the parameters of an operation. */
export function ParamsTable({ schema }: { schema: Readonly<Record<string, unknown>> }) {
  const fields = buildFields(schema);
  return (
    <section class="panel">
      <h2>Parameters</h2>
      {fields.length > 0 && (
        <table class="plain params-table">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Value</th>
              <th scope="col">Meaning</th>
            </tr>
          </thead>
          <tbody>
            {fields.map((field) => (
              <tr key={field.name}>
                <td>
                  <code>{field.name}</code>
                  {field.required && <span class="quiet"> required</span>}
                </td>
                <td>
                  {formatValues(field)}
                  {field.fallback !== undefined && (
                    <span class="quiet default">
                      default <code>{JSON.stringify(field.fallback)}</code>
                    </span>
                  )}
                </td>
                <td>
                  <Prose text={field.description} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {allowsOtherParams(schema) && (
        <p class="quiet">{fields.length > 0 ? 'Any other' : 'Any'} JSON members are accepted.</p>
      )}
    </section>
  );
}

function formatValues(field: Field): string {
  switch (field.kind) {
    case 'choice':
      return field.choices.map((choice) => String(choice)).join(', ');
    case 'choices':
      return `list of ${field.choices.join(', ')}`;
    case 'number':
      return `number${field.min === null ? '' : `, from ${field.min}`}${field.max === null ? '' : `, up to ${field.max}`}`;
    case 'flag':
      return 'true or false';
    case 'color':
      return 'colour such as #ff8800';
    case 'text':
      return 'text';
    case 'lines':
      return 'list of texts';
    case 'json':
      return (
        [...field.words, ...(field.items.length > 0 ? [`list of ${field.items.join(', ')}`] : [])].join(
          ', ',
        ) || 'JSON'
      );
  }
}
