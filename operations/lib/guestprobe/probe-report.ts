/** What the engine tells of an image. */
import { z } from 'zod';

const name = z.string().nullable();

const system = z.object({
  /** `linux`, `windows`, or the name of a BSD. */
  type: z.string(),
  distribution: name,
  product_name: name,
  version: name,
  codename: name,
  hostname: name,
  arch: name,
  timezone: name,
});

/** What every report has; the others' shapes are those of docs/operations.md. */
export const engineReport = z.looseObject({
  version: z.string(),
  /** Sizes in bytes. */
  image: z.object({ format: z.string(), virtual_size: z.number(), file_size: z.number() }),
  /** Null: no operating system was found. */
  operating_system: system.nullable(),
  encrypted: z.boolean(),
  notes: z.array(z.string()),
});

type EngineReport = z.infer<typeof engineReport>;

/** `path`: the attribute of the asset that is called so, else its name. */
export interface ProbeReport extends EngineReport {
  readonly image: EngineReport['image'] & { readonly path: string };
}
