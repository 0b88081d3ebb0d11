/**
 * The HTTP API of Temporal as routes to its gRPC methods: the `google.api.http` rules of the service definitions, which the SDK
 * includes. Temporal's servers route by the same rules.
 */
import proto from '@temporalio/proto';
import type { Method, Root, Type } from 'protobufjs/light.js';

export interface HttpRoute {
  readonly service: 'workflowService' | 'operatorService';
  /** As clients of the SDK call it, such as `describeNamespace`. */
  readonly method: string;
  readonly request: Type;
  readonly response: Type;
  readonly verb: string;
  /** Literal segments, and the paths of the fields that the others set. */
  readonly segments: readonly (string | { readonly field: string })[];
}

interface HttpRule {
  readonly get?: string;
  readonly post?: string;
  readonly put?: string;
  readonly patch?: string;
  readonly delete?: string;
  readonly additional_bindings?: HttpRule | readonly HttpRule[];
}

const services = {
  workflowService: 'temporal.api.workflowservice.v1.WorkflowService',
  operatorService: 'temporal.api.operatorservice.v1.OperatorService',
} as const;

const RULE = '(google.api.http)';
const PREFIX = '/api/v1/';

let routes: readonly HttpRoute[] | undefined;

/**
 * Finds the route of a request, and the values that its path has.
 *
 * @param path below `/api/v1/`; encoded, because ids of workflows contain slashes
 * @returns null if Temporal has no such route
 */
export function findHttpRoute(
  verb: string,
  path: string,
): {
  readonly route: HttpRoute;
  readonly values: readonly (readonly [field: string, value: string])[];
} | null {
  routes ??= readRoutes();
  const parts = path.split('/').map(decode);
  const found = routes.find(
    ({ verb: its, segments }) =>
      its === verb &&
      segments.length === parts.length &&
      segments.every((segment, index) => typeof segment !== 'string' || segment === parts[index]),
  );
  if (!found) return null;
  const values = found.segments.flatMap((segment, index) =>
    typeof segment === 'string' ? [] : [[segment.field, parts[index] ?? ''] as const],
  );
  return { route: found, values };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Routes with more literal segments come first. */
function readRoutes(): HttpRoute[] {
  const root = proto as unknown as Root;
  const all = Object.entries(services).flatMap(([service, name]) =>
    root
      .lookupService(name)
      .methodsArray.flatMap((method) =>
        readMethod(service as HttpRoute['service'], method.resolve() as Method),
      ),
  );
  const literals = ({ segments }: HttpRoute) =>
    segments.filter((segment) => typeof segment === 'string').length;
  return all.sort((a, b) => literals(b) - literals(a));
}

function readMethod(service: HttpRoute['service'], method: Method): HttpRoute[] {
  const { resolvedRequestType: request, resolvedResponseType: response, name, parsedOptions } = method;
  const rules = ((parsedOptions ?? []) as Record<string, HttpRule>[]).flatMap((option) => option[RULE] ?? []);
  if (request === null || response === null) return [];
  return rules.flatMap(withBindings).flatMap((rule) =>
    (['get', 'post', 'put', 'patch', 'delete'] as const).flatMap((verb) => {
      const path = rule[verb];
      if (!path?.startsWith(PREFIX)) return [];
      const segments = path.slice(PREFIX.length).split('/').map(parseSegment);
      const called = name.charAt(0).toLowerCase() + name.slice(1);
      return [{ service, method: called, request, response, verb: verb.toUpperCase(), segments }];
    }),
  );
}

const withBindings = (rule: HttpRule): HttpRule[] => [rule, ...[rule.additional_bindings ?? []].flat()];

const parseSegment = (text: string): HttpRoute['segments'][number] => {
  const [, field] = /^\{([\w.]+)\}$/.exec(text) ?? [];
  return field === undefined ? text : { field };
};
