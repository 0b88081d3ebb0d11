/** Port: the operations that exist. Implemented by `operations/registry.ts`. */
import type { StagePlan } from '../model/run-input.ts';
import type { FieldError } from '../validation/invalid-request.ts';

/** An operation as the API shows it. */
export interface OperationInfo {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** JSON Schema (2020-12) of the parameters. */
  readonly params: Record<string, unknown>;
  readonly inputs: { readonly min: number; readonly max: number; readonly media: readonly string[] };
  /** Attributes that each asset must have. */
  readonly attributes: readonly { readonly name: string; readonly description: string }[];
  readonly result: 'files' | 'json';
  /** Media types of the files that it gives. */
  readonly outputs: readonly string[];
  readonly stages: readonly string[];
  /** Engines that it needs. A worker without them does not offer its capabilities. */
  readonly requires: readonly string[];
  /** Command that installs them; empty: it needs none. */
  readonly install: string;
  /** A worker must offer all of these. */
  readonly capabilities: readonly string[];
}

type ParsedParams =
  | { readonly ok: true; readonly params: Record<string, unknown> }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

export interface PlannableOperation {
  readonly info: OperationInfo;
  /** Validates parameters and fills in defaults. Pointers are relative to the parameters. */
  parse(params: Record<string, unknown>): ParsedParams;
  readonly plan: readonly StagePlan[];
  /** Names of parameters that are encrypted. */
  readonly secrets: readonly string[];
}

export interface OperationCatalogue {
  find(name: string): PlannableOperation | undefined;
  list(): readonly OperationInfo[];
}
