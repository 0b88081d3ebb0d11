/** Templates as tenants see them: their own, shared ones, and those of darkroom. */
import { DarkroomError } from '../errors.ts';
import {
  parseTemplateReference,
  type TemplateDocument,
  type TemplateSummary,
  type TemplateView,
} from '../jobs/model/template.ts';
import type { OperationCatalogue } from '../jobs/ports/operation-catalogue.ts';
import type { StoredTemplate, TemplateOwner, TemplateStore, Templates } from '../jobs/ports/templates.ts';
import { invalidRequest } from '../jobs/validation/invalid-request.ts';
import { mapConcurrent } from '../lib/map-concurrent.ts';
import { checkTemplate } from './check-template.ts';
import { fillTemplate } from './fill-template.ts';

/** Templates of a tenant, and shared ones. Deleted ones count, because their versions stay taken. */
const MAX_TEMPLATES = 500;

const MAX_VERSIONS = 1000;

/** Templates that a list reads at once. */
const READ_CONCURRENCY = 16;

/** A template that is part of darkroom. */
export type BuiltInTemplate = TemplateDocument & Pick<TemplateView, 'name' | 'version'>;

export function createTenantTemplates(
  store: TemplateStore,
  operations: OperationCatalogue,
  builtIn: readonly BuiltInTemplate[],
): Templates {
  const shipped = builtIn.map((template) => ({ ...template, scope: 'built-in' as const, created_at: null }));

  async function find(tenant: string, name: string, version: number | null): Promise<TemplateView | null> {
    for (const owner of [tenant, null]) {
      const found = await store.find(owner, name, version);
      if (found) return toView(owner, name, found);
      // A template of the tenant hides others of its name, whichever version is asked for.
      if (version !== null && (await store.find(owner, name, null))) return null;
    }
    return (
      shipped.find((each) => each.name === name && version === (version === null ? null : each.version)) ??
      null
    );
  }

  async function findReference(tenant: string, reference: string): Promise<TemplateView | null> {
    const wanted = parseTemplateReference(reference);
    return wanted && find(tenant, wanted.name, wanted.version);
  }

  async function get(tenant: string, name: string, version: number | null): Promise<TemplateView> {
    const found = await find(tenant, name, version);
    if (found) return found;
    throw templateNotFound(name, version);
  }

  async function findOwner(tenant: string, name: string): Promise<TemplateOwner | undefined> {
    for (const owner of [tenant, null]) if (await store.find(owner, name, null)) return owner;
    return undefined;
  }

  return {
    async list(tenant) {
      const found = new Map<string, TemplateSummary>();
      for (const template of shipped) found.set(template.name, toSummary(template));
      for (const owner of [null, tenant]) {
        const { names } = await store.names(owner);
        await mapConcurrent(names, { concurrency: READ_CONCURRENCY }, async (name) => {
          // It may be deleted during the listing.
          const template = await store.find(owner, name, null);
          if (template) found.set(name, toSummary(toView(owner, name, template)));
        });
      }
      return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    },

    get,

    async versions(tenant, name) {
      const owner = await findOwner(tenant, name);
      if (owner !== undefined) return store.versions(owner, name);
      const { version, created_at } = await get(tenant, name, null);
      return [{ version, created_at }];
    },

    async put(owner, name, document) {
      const errors = checkTemplate(document, operations);
      if (operations.find(name))
        errors.unshift({
          pointer: '/name',
          detail: `is the name of an operation; choose another than "${name}"`,
        });
      if (errors.length > 0) throw invalidRequest(errors);
      const latest = await store.find(owner, name, null);
      if (latest && isSame(latest, document))
        return { template: toView(owner, name, latest), changed: false };
      await checkLimits(store, owner, name, latest);
      return { template: toView(owner, name, await store.add(owner, name, document)), changed: true };
    },

    async delete(owner, name) {
      if (!(await store.find(owner, name, null))) throw templateNotFound(name, null);
      await store.delete(owner, name);
    },

    find: findReference,

    async fill(tenant, reference, params) {
      const found = await findReference(tenant, reference);
      return found && fillTemplate(found, params);
    },
  };
}

async function checkLimits(
  store: TemplateStore,
  owner: TemplateOwner,
  name: string,
  latest: StoredTemplate | null,
): Promise<void> {
  const whose = owner === null ? 'There are' : `Tenant "${owner}" has`;
  if (latest === null) {
    const { names, deleted } = await store.names(owner);
    if (names.length + deleted < MAX_TEMPLATES) return;
    const message = `${whose} ${MAX_TEMPLATES} templates, with the ${deleted} deleted ones; make a new version of one of them`;
    throw new DarkroomError('templates_full', message, { details: { max: MAX_TEMPLATES } });
  }
  if ((await store.versions(owner, name)).length < MAX_VERSIONS) return;
  const message = `Template "${name}" has ${MAX_VERSIONS} versions; give further ones another name, or delete it first`;
  throw new DarkroomError('templates_full', message, { details: { max: MAX_VERSIONS } });
}

const toView = (owner: TemplateOwner, name: string, stored: StoredTemplate): TemplateView => ({
  ...stored,
  name,
  scope: owner === null ? 'shared' : 'tenant',
});

const toSummary = ({
  name,
  version,
  scope,
  title,
  description,
  created_at,
}: TemplateView): TemplateSummary => ({
  name,
  version,
  scope,
  title,
  description,
  created_at,
});

const isSame = (
  stored: StoredTemplate,
  { title, description, params, steps, results }: TemplateDocument,
): boolean => {
  const text = (template: TemplateDocument) =>
    JSON.stringify([template.title, template.description, template.params, template.steps, template.results]);
  return text(stored) === text({ title, description, params, steps, results });
};

function templateNotFound(name: string, version: number | null): DarkroomError {
  const what = version === null ? `no template "${name}"` : `no version ${version} of a template "${name}"`;
  return new DarkroomError('template_not_found', `There is ${what}; see /v1/templates`);
}
