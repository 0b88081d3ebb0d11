/** Ports: templates of jobs. */

import type { JobSpec } from '../model/job-spec.ts';
import type { TemplateDocument, TemplateSummary, TemplateVersion, TemplateView } from '../model/template.ts';
import type { FieldError } from '../validation/invalid-request.ts';

/** The tenant that a template belongs to; null: it is shared by all. */
export type TemplateOwner = string | null;

/** A version of a template in the store. */
export interface StoredTemplate extends TemplateDocument, TemplateVersion {}

/** Stored templates. Implemented in `src/storage/`. All methods throw `store_unavailable`. */
export interface TemplateStore {
  /** The names of the templates that exist, and the number of those that were deleted. */
  names(owner: TemplateOwner): Promise<{ readonly names: readonly string[]; readonly deleted: number }>;
  /** Null: the latest version. Returns null when there is no such version, or the template was deleted. */
  find(owner: TemplateOwner, name: string, version: number | null): Promise<StoredTemplate | null>;
  /** From the first to the latest; none when there is no such template, or it was deleted. */
  versions(owner: TemplateOwner, name: string): Promise<TemplateVersion[]>;
  /** Writes the next version. Two writers at once get two versions. */
  add(owner: TemplateOwner, name: string, document: TemplateDocument): Promise<StoredTemplate>;
  /** Deletes all versions. Their numbers are not used again. */
  delete(owner: TemplateOwner, name: string): Promise<void>;
}

/** The steps that a template makes of parameters. */
export interface FilledTemplate {
  /** Name and version, such as `product-photo@3`. */
  readonly reference: string;
  readonly steps: NonNullable<JobSpec['steps']>;
  readonly results: JobSpec['results'];
  /** Names the parameters that errors of the steps come from. The pointer is empty for other errors of the steps. */
  explain(errors: readonly FieldError[]): FieldError[];
}

/** What the API does with templates. Implemented in `src/templates/`. */
export interface Templates {
  /** Those of the tenant, shared and built-in ones, by name. A template of the tenant hides others of its name. */
  list(tenant: string): Promise<TemplateSummary[]>;
  /** @param version null: the latest @throws template_not_found */
  get(tenant: string, name: string, version: number | null): Promise<TemplateView>;
  /** @param reference `NAME` or `NAME@VERSION` @returns null when there is no such template */
  find(tenant: string, reference: string): Promise<TemplateView | null>;
  /** From the first to the latest. @throws template_not_found */
  versions(tenant: string, name: string): Promise<TemplateVersion[]>;
  /**
   * Makes a new version, unless the latest one is the same.
   *
   * @throws invalid_request with each invalid field; templates_full
   */
  put(
    owner: TemplateOwner,
    name: string,
    document: TemplateDocument,
  ): Promise<{ readonly template: TemplateView; readonly changed: boolean }>;
  /** Deletes all versions. Jobs that were made from them do not change. @throws template_not_found */
  delete(owner: TemplateOwner, name: string): Promise<void>;
  /**
   * Fills in the template that a request names.
   *
   * @returns null when there is no such template, or no such version of it
   * @throws invalid_request with each invalid parameter
   */
  fill(
    tenant: string,
    reference: string,
    params: Readonly<Record<string, unknown>>,
  ): Promise<FilledTemplate | null>;
}
