/** Names of enum values in JSON. Temporal takes `AllowAll` for `SCHEDULE_OVERLAP_POLICY_ALLOW_ALL`, and its Web UI uses both. */
import protobuf, { type Enum, type Type } from 'protobufjs/light.js';

/**
 * Returns the JSON of a message with full names of enum values.
 *
 * @throws {TypeError} if an enum has no value of a name
 */
export function expandEnumNames(type: Type, json: unknown): unknown {
  if (!isObject(json)) return json;
  const entries = Object.entries(json).map(([name, value]) => {
    const field = type.fieldsArray.find((each) => each.name === protobuf.util.camelCase(name))?.resolve();
    const resolved = field?.resolvedType;
    if (!field || !resolved) return [name, value];
    const expand = (one: unknown) =>
      resolved instanceof protobuf.Enum ? expandName(resolved, one) : expandEnumNames(resolved, one);
    if (field.map && isObject(value))
      return [name, Object.fromEntries(Object.entries(value).map(([key, one]) => [key, expand(one)]))];
    return [name, Array.isArray(value) ? value.map(expand) : expand(value)];
  });
  return Object.fromEntries(entries);
}

function expandName({ name, values }: Enum, given: unknown): unknown {
  if (typeof given !== 'string' || Object.hasOwn(values, given)) return given;
  const full = `${toConstantCase(name)}_${toConstantCase(given)}`;
  if (!Object.hasOwn(values, full)) throw new TypeError(`${name} has no value "${given}"`);
  return full;
}

const toConstantCase = (text: string): string => text.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toUpperCase();

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
