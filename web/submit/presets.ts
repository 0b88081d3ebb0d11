/** Named sets of parameters: some that come with the console, and those that the user saved in this browser. */
import type { Entries } from './params.ts';

export interface Preset {
  readonly name: string;
  readonly entries: Entries;
}

const KEY = 'darkroom.presets.';

/** Values as the fields hold them: choices as JSON. */
const builtIn: Readonly<Record<string, readonly Preset[]>> = {
  'image.transform': [
    {
      name: 'Thumbnail',
      entries: { width: '320', height: '320', fit: '"cover"', format: '"webp"', quality: '75' },
    },
    { name: 'Web page', entries: { width: '1600', format: '"webp"', quality: '80' } },
    { name: 'Archive', entries: { format: '"png"', metadata: 'keep' } },
  ],
  'image.gallery': [
    { name: 'Small pages', entries: { page_size: '30' } },
    { name: 'With originals', entries: { originals: 'true' } },
  ],
  reconstruct: [
    { name: 'Draft', entries: { quality: '"low"' } },
    { name: 'Fine', entries: { quality: '"high"' } },
  ],
};

/** Returns the presets of an operation, those of the user last. */
export const listPresets = (operation: string): readonly Preset[] => [
  ...(builtIn[operation] ?? []),
  ...readOwn(operation),
];

export const isOwnPreset = (operation: string, name: string): boolean =>
  readOwn(operation).some((preset) => preset.name === name);

/** Saves a preset of the user; replaces one with the same name. */
export function savePreset(operation: string, preset: Preset): void {
  const others = readOwn(operation).filter(({ name }) => name !== preset.name);
  localStorage.setItem(KEY + operation, JSON.stringify([...others, preset]));
}

export function deletePreset(operation: string, name: string): void {
  const others = readOwn(operation).filter((preset) => preset.name !== name);
  localStorage.setItem(KEY + operation, JSON.stringify(others));
}

function readOwn(operation: string): readonly Preset[] {
  try {
    return JSON.parse(localStorage.getItem(KEY + operation) ?? '[]');
  } catch {
    return [];
  }
}
