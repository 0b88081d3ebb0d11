/** Bodies of submissions: JSON, or multipart/form-data when assets are sent along. */
import type { JobAsset } from './types.ts';

export interface Body {
  readonly body: string | FormData;
  /** multipart/form-data names its own boundary, so `fetch` sets it. */
  readonly headers: Readonly<Record<string, string>>;
  /** True when it may take long to send. */
  readonly isUpload: boolean;
}

/** `part` is the name of the part that holds the document, and goes first, so that the server knows what the others are. */
export function bodyOf(part: 'job' | 'assets', document: { readonly assets?: readonly JobAsset[] }): Body {
  const uploads: { blob: Blob; name: string }[] = [];
  const assets = document.assets?.map((asset) => {
    if (!('blob' in asset.source)) return asset;
    const upload = `file-${uploads.length}`;
    uploads.push({ blob: asset.source.blob, name: asset.name ?? upload });
    return { ...asset, source: { upload } };
  });
  const text = JSON.stringify({ ...document, assets });
  if (uploads.length === 0) {
    return { body: text, headers: { 'content-type': 'application/json' }, isUpload: false };
  }
  const form = new FormData();
  form.append(part, text);
  for (const [index, { blob, name }] of uploads.entries()) form.append(`file-${index}`, blob, name);
  return { body: form, headers: {}, isUpload: true };
}
