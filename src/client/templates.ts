/** Templates: steps of jobs with declared parameters. */
import type { TemplateSummary, TemplateVersion, TemplateView } from '../jobs/model/template.ts';
import type { Transport } from './transport.ts';
import type { TemplateRequest } from './types.ts';

interface Options {
  readonly signal?: AbortSignal | undefined;
}

interface OwnerOptions extends Options {
  /** True: the template that all tenants share, which takes the role `admin`. */
  readonly shared?: boolean | undefined;
}

const pathOf = (name: string): string => `/v1/templates/${encodeURIComponent(name)}`;

const toQuery = ({ shared }: OwnerOptions) => ({ shared: shared ? 'true' : undefined });

export class TemplateClient {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Lists the templates of the tenant, shared and built-in ones. */
  async list({ signal }: Options = {}): Promise<readonly TemplateSummary[]> {
    const list = await this.#transport.json<{ templates: readonly TemplateSummary[] }>({
      path: '/v1/templates',
      signal,
    });
    return list.templates;
  }

  /** Returns a version of a template; default: the latest. */
  get(
    name: string,
    { version, signal }: Options & { version?: number | undefined } = {},
  ): Promise<TemplateView> {
    return this.#transport.json({ path: pathOf(name), query: { version }, signal });
  }

  /** Lists the versions of a template, from the first to the latest. */
  async versions(name: string, { signal }: Options = {}): Promise<readonly TemplateVersion[]> {
    const list = await this.#transport.json<{ versions: readonly TemplateVersion[] }>({
      path: `${pathOf(name)}/versions`,
      signal,
    });
    return list.versions;
  }

  /** Makes a new version, unless the latest one is the same. Returns the latest. */
  put(name: string, template: TemplateRequest, options: OwnerOptions = {}): Promise<TemplateView> {
    return this.#transport.json({
      method: 'PUT',
      path: pathOf(name),
      query: toQuery(options),
      value: template,
      signal: options.signal,
    });
  }

  /** Deletes all versions. Jobs that were made from them do not change. */
  delete(name: string, options: OwnerOptions = {}): Promise<void> {
    return this.#transport.discard({
      method: 'DELETE',
      path: pathOf(name),
      query: toQuery(options),
      signal: options.signal,
    });
  }
}
