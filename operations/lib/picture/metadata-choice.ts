/** What a result keeps of the metadata of its asset. */
import { z } from 'zod';

/** Kinds of metadata as files store them. */
const containers = ['profile', 'exif', 'xmp', 'iptc'] as const;
/** Subjects, whichever kind of metadata states them. */
const subjects = ['copyright', 'capture-date', 'camera', 'location'] as const;
const groups = [...containers, ...subjects] as const;

export type Container = (typeof containers)[number];
export type Subject = (typeof subjects)[number];
export type Kept = ReadonlySet<Container | Subject>;

export type MetadataChoice = 'strip' | 'strip-location' | 'keep' | readonly (typeof groups)[number][];

/** The parameter of operations that write pictures. */
export const metadataChoice = z.union([z.enum(['strip', 'strip-location', 'keep']), z.array(z.enum(groups))]);

/** Describes the values of the parameter. */
export const METADATA_VALUES =
  '`strip`: convert colours to sRGB and remove all metadata. `keep`: keep what still describes the result: no thumbnails, maker notes and ' +
  'positions in the original picture. `strip-location`: the same, without locations. A list keeps what it names: `profile`, `exif`, `xmp` and ' +
  '`iptc` without locations, or only `copyright`, `capture-date`, `camera` or `location` of all of them. IPTC is kept in JPEG only';

/** Returns the groups that a choice keeps. */
export function listKept(choice: MetadataChoice = 'strip'): Kept {
  if (choice === 'strip') return new Set();
  if (choice === 'keep') return new Set(groups);
  return new Set(choice === 'strip-location' ? containers : choice);
}

/** Whether entries of a container may be kept: all, or those about a subject. */
export const keepsPartOf = (kept: Kept, container: Container): boolean =>
  kept.has(container) || subjects.some((subject) => kept.has(subject));

/** Whether an entry of a container is kept. Locations are kept only on request. */
export const isKept = (kept: Kept, container: Container, subject: Subject | undefined): boolean =>
  (subject !== undefined && kept.has(subject)) || (subject !== 'location' && kept.has(container));
