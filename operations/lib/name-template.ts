/** Templates that are filled in with the names of assets. */
import { parse } from 'node:path';
import { z } from 'zod';
import { DarkroomError } from '../../src/errors.ts';
import type { InputFile } from '../operation.ts';
import { formatAttribute } from './label.ts';

const PLACEHOLDER = /\{([^{}]*)\}/g;

const isKnown = (name: string): boolean => /^(name|stem|ext|index|attribute\..+)$/.test(name);

/** Text with placeholders in braces. */
export const nameTemplate = (maxLength: number) =>
  z
    .string()
    .min(1)
    .max(maxLength)
    .regex(/^[^\p{Cc}]*$/u, 'must have no control characters')
    .superRefine((template, context) => {
      for (const [text, name = ''] of template.matchAll(PLACEHOLDER))
        if (!isKnown(name))
          context.addIssue({
            code: 'custom',
            message: `has the unknown placeholder ${text}; known are {name}, {stem}, {ext}, {index} and {attribute.NAME}`,
          });
      if (/[{}]/.test(template.replace(PLACEHOLDER, '')))
        context.addIssue({ code: 'custom', message: 'has a brace without its counterpart' });
    });

type Asset = Pick<InputFile, 'index' | 'name' | 'attributes'>;

/** An error of an asset whose name or attributes do not fit. `what` continues the sentence. */
export const unsuitable = ({ index, name }: Asset, what: string): DarkroomError =>
  new DarkroomError('asset_unsuitable', `Asset ${index} ("${name}") ${what}`, {
    details: { index, asset: name },
  });

/**
 * Fills in a template.
 *
 * @param encode - Applied to each value.
 * @throws `asset_unsuitable` if the asset lacks an attribute
 */
export function fillTemplate(
  template: string,
  asset: Asset,
  encode: (value: string) => string = (value) => value,
): string {
  const { index, name, attributes } = asset;
  const { name: stem, ext } = parse(name);
  const values: Readonly<Record<string, string>> = { name, stem, ext, index: String(index) };
  return template.replace(PLACEHOLDER, (_, placeholder: string) => {
    if (Object.hasOwn(values, placeholder)) return encode(values[placeholder] ?? '');
    const attribute = placeholder.slice('attribute.'.length);
    const value = Object.hasOwn(attributes, attribute) ? formatAttribute(attributes[attribute]) : '';
    if (value === '') throw unsuitable(asset, `has no attribute "${attribute}", which the template needs`);
    return encode(value.replace(/\p{Cc}/gu, ' '));
  });
}
