import { useState } from 'preact/hooks';
import type { Entries } from './params.ts';
import { deletePreset, isOwnPreset, listPresets, savePreset } from './presets.ts';

interface Props {
  readonly runnable: string;
  readonly entries: Entries;
  readonly onChoose: (entries: Entries) => void;
}

/** Fills the parameters from a preset, and saves them as one. */
export function PresetBar({ runnable, entries, onChoose }: Props) {
  const [presets, setPresets] = useState(() => listPresets(runnable));
  const [name, setName] = useState<string | null>(null);
  const refresh = () => setPresets(listPresets(runnable));
  const save = (given: string) => {
    if (given.trim()) savePreset(runnable, { name: given.trim(), entries });
    setName(null);
    refresh();
  };
  return (
    <div class="presets buttons">
      {presets.length > 0 && <span class="quiet">Presets</span>}
      {presets.map((preset) => (
        <span key={preset.name} class="preset">
          <button type="button" onClick={() => onChoose(preset.entries)}>
            {preset.name}
          </button>
          {isOwnPreset(runnable, preset.name) && (
            <button
              type="button"
              class="plain"
              aria-label={`Delete the preset ${preset.name}`}
              onClick={() => {
                deletePreset(runnable, preset.name);
                refresh();
              }}
            >
              ×
            </button>
          )}
        </span>
      ))}
      {name === null ? (
        <button
          type="button"
          class="plain"
          disabled={Object.keys(entries).length === 0}
          onClick={() => setName('')}
        >
          Save as preset …
        </button>
      ) : (
        <span class="preset">
          <input
            aria-label="Name of the preset"
            value={name}
            maxLength={40}
            ref={(field) => field?.focus()}
            onInput={({ currentTarget }) => setName(currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === 'Escape') setName(null);
              if (event.key !== 'Enter') return;
              event.preventDefault();
              // The last letter may not have been drawn yet.
              save(event.currentTarget.value);
            }}
          />
          <button type="button" onClick={() => save(name)}>
            Save
          </button>
        </span>
      )}
    </div>
  );
}
