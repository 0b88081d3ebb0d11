/** Reads the message of a gRPC call from an HTTP request (google.api.http, "HttpRule"). */
import protojson from 'protobufjs/ext/protojson.js';
import protobuf, { type Field, type Message, type Type } from 'protobufjs/light.js';
import { expandEnumNames } from './enum-names.ts';
import type { findHttpRoute } from './http-routes.ts';

type Json = Record<string, unknown>;

/** The request is invalid; the message says why. */
export class InvalidRequest extends Error {
  override name = 'InvalidRequest';
}

/**
 * Builds the message: from the body, the parameters of the query, and the values in the path, which go first.
 *
 * @param body JSON; empty for none
 * @throws InvalidRequest
 */
export function readMessage(
  { route, values }: NonNullable<ReturnType<typeof findHttpRoute>>,
  query: URLSearchParams,
  body: string,
): Message {
  const json = body === '' ? {} : parseObject(body);
  for (const [name, value] of [...query, ...values]) setField(json, route.request, name.split('.'), value);
  try {
    const full = expandEnumNames(route.request, json);
    return protojson.fromJson(route.request, full, { ignoreUnknownFields: true }) as Message;
  } catch (error) {
    throw new InvalidRequest(error instanceof Error ? error.message : String(error));
  }
}

function parseObject(text: string): Json {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Reported below.
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InvalidRequest('The body must be a JSON object');
  return value as Json;
}

/** Sets a field by its path. Parameters that the message does not have are ignored, as unknown fields of a body are. */
function setField(target: Json, type: Type, path: readonly string[], text: string): void {
  const [name = '', ...more] = path;
  const field = type.fieldsArray.find((each) => each.name === protobuf.util.camelCase(name))?.resolve();
  if (field === undefined) return;
  const { resolvedType } = field;
  if (more.length > 0) {
    if (resolvedType === null || resolvedType instanceof protobuf.Enum || field.repeated || field.map) return;
    const inner = target[field.name];
    const nested: Json = typeof inner === 'object' && inner !== null ? (inner as Json) : {};
    target[field.name] = nested;
    setField(nested, resolvedType, more, text);
    return;
  }
  const value = toJsonValue(field, text);
  const known = target[field.name];
  target[field.name] = field.repeated ? [...(Array.isArray(known) ? known : []), value] : value;
}

/** ProtoJSON takes numbers as text, but neither booleans nor numbers of enums. */
function toJsonValue({ type, resolvedType }: Field, text: string): unknown {
  if (type === 'bool') return text === 'true' ? true : text === 'false' ? false : text;
  if (resolvedType instanceof protobuf.Enum && /^-?\d+$/.test(text)) return Number(text);
  return text;
}
