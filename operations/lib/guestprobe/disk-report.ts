/** The report of the engine on a disk image. */
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

/** Fields of every report. docs/operations.md describes the others. */
export const engineReport = z.looseObject({
  version: z.string(),
  /** Sizes in bytes. */
  image: z.object({ format: z.string(), virtual_size: z.number(), file_size: z.number() }),
  /** Null: no operating system was found. */
  operating_system: system.nullable(),
  /** Null: no volume is known to be encrypted, and not all are known. */
  encrypted: z.boolean().nullable(),
  notes: z.array(z.string()),
});

type EngineReport = z.infer<typeof engineReport>;

/** `path`: the asset's attribute `path`, else its name. */
export interface DiskReport extends EngineReport {
  readonly image: EngineReport['image'] & { readonly path: string };
}
