/** The argument list of a command, with its placeholders filled in. No shell sees it. */
import type { Definition } from './definition.ts';

/** Values of the placeholders `{input}`, `{outputs}` and so on. A list must be a whole argument. */
export type Values = Readonly<Record<string, unknown>>;

const placeholder = /\{([a-z][a-z0-9_]*)\}/g;

/** Throws TypeError for a placeholder that has no value. */
export function buildArguments({ command }: Pick<Definition, 'command'>, values: Values): string[] {
  return command.flatMap((argument) => {
    if (typeof argument === 'string') return fillPlaceholders(argument, values);
    const value = values[argument.when];
    const isSet = value !== undefined && value !== null && value !== false && value !== '';
    return isSet ? argument.arguments.flatMap((text) => fillPlaceholders(text, values)) : [];
  });
}

/** Names of the placeholders that a command uses. */
export function findPlaceholders({ command }: Pick<Definition, 'command'>): string[] {
  const texts = command.flatMap((argument) =>
    typeof argument === 'string' ? [argument] : [`{${argument.when}}`, ...argument.arguments],
  );
  return [...new Set(texts.flatMap((text) => [...text.matchAll(placeholder)].map(([, name = '']) => name)))];
}

function fillPlaceholders(text: string, values: Values): string[] {
  const alone = /^\{([a-z][a-z0-9_]*)\}$/.exec(text)?.[1];
  const list = alone === undefined ? undefined : values[alone];
  if (Array.isArray(list)) return list.map(String);
  return [text.replace(placeholder, (_, name: string) => formatValue(name, values))];
}

function formatValue(name: string, values: Values): string {
  const value = values[name];
  if (value === undefined) throw new TypeError(`There is no value for {${name}}`);
  return String(value);
}
