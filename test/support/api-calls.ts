/** Requests to every operation of the OpenAPI documents, built from their parameters and examples. */

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
}

type Json = Record<string, unknown>;

interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly required?: boolean;
    readonly content: Record<string, { readonly schema: Json; readonly example?: unknown }>;
  };
  /** Empty for what needs no login. */
  readonly security?: readonly object[];
}

export interface ApiOperation {
  readonly dialect: string;
  readonly method: string;
  /** As in the document: with `{id}`. */
  readonly path: string;
  readonly isPublic: boolean;
  /** Whether the path, the query or the body names a job. */
  readonly namesJob: boolean;
  /** Whether it takes a JSON body. */
  readonly takesJson: boolean;
  /** Throws Error if neither the document nor `values` say how to fill a required parameter or body. */
  buildCall(values: CallValues): { readonly path: string; readonly init: RequestInit };
}

/** Values by the names of parameters, and of fields of bodies. `job` is the id of a job, whatever the API calls it. */
export type CallValues = Readonly<Record<string, unknown>> & { readonly job: string };

/** Names of parameters and fields that hold the id of a job. */
const JOB_NAMES = ['id', 'job_id', 'task_id'];

/** Returns the operations of all documents of a server. */
export async function listApiOperations(
  request: (path: string) => Promise<Response>,
): Promise<readonly ApiOperation[]> {
  const get = async (path: string) => (await request(path)).json();
  const { linkset } = (await get('/.well-known/api-catalog')) as {
    linkset: { 'service-desc': [{ href: string; title: string }] }[];
  };
  const lists = await Promise.all(
    linkset.map(async ({ 'service-desc': [{ href, title }] }) => {
      const { paths, components } = (await get(href)) as {
        paths: Record<string, Record<string, Operation>>;
        components: { schemas?: Record<string, Json> };
      };
      return Object.entries(paths).flatMap(([path, item]) =>
        Object.entries(item).map(([method, operation]) =>
          createOperation(title, method.toUpperCase(), path, operation, components.schemas ?? {}),
        ),
      );
    }),
  );
  return lists.flat();
}

function createOperation(
  dialect: string,
  method: string,
  path: string,
  { parameters = [], requestBody, security }: Operation,
  schemas: Readonly<Record<string, Json>>,
): ApiOperation {
  const title = `${method} ${path}`;
  const json = requestBody?.content['application/json'];
  const example = json && findExample(json, schemas);
  const fields = (json && resolve(json.schema, schemas)['properties']) as Json | undefined;
  const jobField = Object.keys(fields ?? {}).find((name) => JOB_NAMES.includes(name));
  const fill = (name: string, values: CallValues): string => {
    const value = JOB_NAMES.includes(name) ? values.job : values[name];
    if (value === undefined) throw new Error(`${title}: no value for the parameter "${name}"`);
    return String(value);
  };
  return {
    dialect,
    method,
    path,
    isPublic: security?.length === 0,
    takesJson: json !== undefined,
    namesJob: jobField !== undefined || parameters.some(({ name }) => JOB_NAMES.includes(name)),
    buildCall: (values) => {
      const query = parameters
        .filter((each) => each.in === 'query' && (each.required || JOB_NAMES.includes(each.name)))
        .map(({ name }) => [name, fill(name, values)] as [string, string]);
      const filled = path.replace(/\{(\w+)\}/g, (_, name) =>
        fill(name, values).split('/').map(encodeURIComponent).join('/'),
      );
      const target = query.length === 0 ? filled : `${filled}?${new URLSearchParams(query)}`;
      if (!requestBody) return { path: target, init: { method } };
      if (!json)
        return { path: target, init: { method, body: buildForm(title, requestBody, schemas, values) } };
      if (example === undefined) {
        if (requestBody.required) throw new Error(`${title}: the document has no example of the body`);
        return { path: target, init: { method } };
      }
      const own = Object.fromEntries(
        Object.keys(fields ?? {}).flatMap((name) => (name in values ? [[name, values[name]]] : [])),
      );
      const body = {
        ...(example as Json),
        ...own,
        ...(jobField === undefined ? {} : { [jobField]: values.job }),
      };
      return {
        path: target,
        init: { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
      };
    },
  };
}

/** A form with the required files, whose bytes are `values.file`. */
function buildForm(
  title: string,
  { content }: NonNullable<Operation['requestBody']>,
  schemas: Readonly<Record<string, Json>>,
  values: CallValues,
): FormData {
  const form = content['multipart/form-data'];
  const { required = [] } = (form ? resolve(form.schema, schemas) : {}) as { required?: readonly string[] };
  if (required.length === 0) throw new Error(`${title}: the document names no required part of the form`);
  const body = new FormData();
  for (const name of required)
    body.append(name, new Blob([values['file'] as Uint8Array<ArrayBuffer>]), 'photo.jpg');
  return body;
}

const resolve = (schema: Json, schemas: Readonly<Record<string, Json>>): Json =>
  typeof schema['$ref'] === 'string' ? (schemas[schema['$ref'].split('/').at(-1) ?? ''] ?? {}) : schema;

/** The example of a body, or one of the examples of its required fields; undefined without. */
function findExample(
  { example, schema }: { readonly schema: Json; readonly example?: unknown },
  schemas: Readonly<Record<string, Json>>,
): unknown {
  const { properties = {}, required = [], ...resolved } = resolve(schema, schemas);
  const whole = example ?? resolved['example'] ?? (resolved['examples'] as unknown[] | undefined)?.[0];
  if (whole !== undefined) return whole;
  const fields = (required as string[]).map((name) => [
    name,
    findExample({ schema: (properties as Record<string, Json>)[name] ?? {} }, schemas),
  ]);
  return fields.length > 0 && fields.every(([, value]) => value !== undefined)
    ? Object.fromEntries(fields)
    : undefined;
}
