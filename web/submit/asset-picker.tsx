import { useState } from 'preact/hooks';
import { formatBytes } from '../../src/lib/units.ts';
import { formatCount } from '../lib/text.ts';
import { useShowMore } from '../lib/use-show-more.ts';
import { MoreButton } from '../parts/more-button.tsx';
import type { Draft } from './draft.ts';
import { FieldFrame } from './field-frame.tsx';
import { LocalFile } from './local-file.tsx';
import type { Runnable } from './runnable.ts';

const INITIAL_COUNT = 24;

interface Props {
  readonly runnable: Runnable;
  readonly draft: Draft;
  readonly errors: readonly string[] | undefined;
  readonly onChange: (change: Partial<Draft>) => void;
}

/** The assets of a job: local files, URLs, and files on the server. */
export function AssetPicker({ runnable, draft, errors, onChange }: Props) {
  const { inputs, attributes } = runnable;
  const { files } = draft;
  const [isDraggedOver, setDraggedOver] = useState(false);
  const list = useShowMore(files, INITIAL_COUNT);
  const add = (list: FileList | null | undefined) => onChange({ files: [...files, ...(list ?? [])] });
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>Assets</h2>
        <span class="quiet">{formatInputs(inputs)}</span>
      </div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping files is optional; the file input works for everyone */}
      <div
        class={isDraggedOver ? 'drop is-over' : 'drop'}
        onDragOver={(event) => {
          event.preventDefault();
          setDraggedOver(true);
        }}
        onDragLeave={() => setDraggedOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setDraggedOver(false);
          add(event.dataTransfer?.files);
        }}
      >
        <input
          id="/assets"
          type="file"
          multiple={inputs.max > 1}
          accept={inputs.media.includes('*/*') ? undefined : inputs.media.join(',')}
          aria-invalid={errors !== undefined}
          aria-describedby={errors ? '/assets-wrong' : undefined}
          onChange={({ currentTarget }) => {
            add(currentTarget.files);
            // Lets the user choose a removed file again.
            currentTarget.value = '';
          }}
        />
        <label for="/assets">
          <strong>Choose files</strong>, or drop them here
        </label>
      </div>
      {errors && (
        <p class="wrong" id="/assets-wrong">
          {errors.join('; ')}
        </p>
      )}
      {files.length > 0 && (
        <>
          <p class="quiet chosen">
            {formatCount(files.length, 'file')}, {formatBytes(bytes)}{' '}
            <button type="button" class="plain" onClick={() => onChange({ files: [] })}>
              Remove all
            </button>
          </p>
          <ul class="cards small">
            {list.shown.map((file, at) => (
              <LocalFile
                // The same file can be chosen twice.
                key={`${at} ${file.name} ${file.lastModified}`}
                file={file}
                onRemove={() => onChange({ files: files.filter((_, index) => index !== at) })}
              />
            ))}
          </ul>
          <MoreButton list={list} what="files" />
        </>
      )}
      <FieldFrame
        id="sources"
        label="URLs, or paths of files on the server"
        help="One per line. Paths are relative to the input directories of the server."
        errors={undefined}
      >
        {(ids) => (
          <textarea
            {...ids}
            rows={2}
            class="code"
            spellcheck={false}
            value={draft.sources}
            onInput={({ currentTarget }) => onChange({ sources: currentTarget.value })}
          />
        )}
      </FieldFrame>
      {attributes.map(({ name, description }) => (
        <FieldFrame
          key={name}
          id={`attribute ${name}`}
          label={
            <>
              <code>{name}</code> for all assets
            </>
          }
          help={description}
          errors={undefined}
        >
          {(ids) => (
            <input
              {...ids}
              value={draft.attributes[name] ?? ''}
              onInput={({ currentTarget }) =>
                onChange({ attributes: { ...draft.attributes, [name]: currentTarget.value } })
              }
            />
          )}
        </FieldFrame>
      ))}
    </section>
  );
}

function formatInputs({ min, max, media }: Runnable['inputs']): string {
  const count = min === max ? `${min}` : `${min.toLocaleString('en')} to ${max.toLocaleString('en')}`;
  const kinds = media.includes('*/*')
    ? ''
    : `: ${media.map((type) => type.replace(/^image\//, '')).join(', ')}`;
  return count + kinds;
}
