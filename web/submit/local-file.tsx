import { useEffect, useState } from 'preact/hooks';
import { formatBytes } from '../../src/lib/units.ts';
import { MAX_PREVIEW_BYTES, previewKind } from '../lib/preview-kind.ts';

/** A local file to upload. */
export function LocalFile({ file, onRemove }: { file: File; onRemove: () => void }) {
  const [url, setUrl] = useState<string | null>(null);
  const isPicture =
    file.size <= MAX_PREVIEW_BYTES &&
    previewKind({ path: file.name, media_type: file.type, size: file.size }) === 'picture';
  useEffect(() => {
    if (!isPicture) return;
    const created = URL.createObjectURL(file);
    setUrl(created);
    return () => URL.revokeObjectURL(created);
  }, [file, isPicture]);
  return (
    <li class="card">
      <span class="thumbnail">{url !== null && <img src={url} alt="" decoding="async" />}</span>
      <span class="file-name" title={file.name}>
        {file.name}
      </span>
      <span class="card-end">
        <span class="quiet">{formatBytes(file.size)}</span>
        <button type="button" class="plain" onClick={onRemove} aria-label={`Remove ${file.name}`}>
          Remove
        </button>
      </span>
    </li>
  );
}
