/** Fills in a template: checks the parameters of a job, and makes its steps of them. */
import type { TemplateView } from '../jobs/model/template.ts';
import type { FilledTemplate } from '../jobs/ports/templates.ts';
import { type FieldError, invalidRequest } from '../jobs/validation/invalid-request.ts';
import { applySchema } from './params-schema.ts';
import { parseSteps, TOO_LONG } from './parse-steps.ts';
import { fillPlaceholders, listUses, type Use } from './placeholders.ts';

type Source = Pick<TemplateView, 'name' | 'version' | 'params' | 'steps' | 'results'>;

/**
 * Returns the steps that a template makes of these parameters.
 *
 * @throws invalid_request with each invalid parameter
 */
export function fillTemplate(
  { name, version, params: schema, steps, results }: Source,
  given: Readonly<Record<string, unknown>>,
): FilledTemplate {
  const reference = `${name}@${version}`;
  const { params, errors } = applySchema(schema, given);
  if (errors.length > 0)
    throw invalidRequest(errors.map(({ pointer, detail }) => ({ pointer: `/params${pointer}`, detail })));
  const uses = listUses({ steps, results });
  const explain = (faults: readonly FieldError[]) =>
    faults.map((fault) => explainFault(fault, uses, reference));
  const filled = fillPlaceholders({ steps, results }, params);
  if (!filled) throw invalidRequest([{ pointer: '/params', detail: TOO_LONG }]);
  const parsed = parseSteps(filled);
  if ('errors' in parsed)
    throw invalidRequest(
      explain(parsed.errors).map((fault) => ({ ...fault, pointer: fault.pointer || '/params' })),
    );
  return { reference, steps: parsed.steps, results: parsed.results, explain };
}

/** The client has sent parameters, not steps: an error of a step names the parameter that is there; else the pointer is empty. */
function explainFault({ pointer, detail }: FieldError, uses: readonly Use[], reference: string): FieldError {
  if (!/^\/(steps|results)\b/.test(pointer)) return { pointer, detail };
  const use = uses.find((one) => pointer === one.pointer || pointer.startsWith(`${one.pointer}/`));
  if (!use) return { pointer: '', detail: `"${reference}" makes an invalid step: ${pointer} ${detail}` };
  const deeper = use.isWhole ? pointer.slice(use.pointer.length) : '';
  return { pointer: `/params/${use.param}${deeper}`, detail: `${detail} (${pointer} of "${reference}")` };
}
