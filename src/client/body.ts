/** Request bodies of submissions: JSON, or multipart/form-data if assets are uploaded. */
import type { JobAsset } from './types.ts';

export interface RequestBody {
  readonly body: string | FormData;
  /** Without the content type of multipart/form-data: `fetch` sets it, with the boundary. */
  readonly headers: Readonly<Record<string, string>>;
  /** True if it contains files, so that sending may take long. */
  readonly isUpload: boolean;
}

/** Builds the body of a submission. `part` names the part with the document. It is sent first, because it describes the others. */
export function buildBody(
  part: 'job' | 'assets',
  document: { readonly assets?: readonly JobAsset[] },
): RequestBody {
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
