/** Downloads with a token, which a plain link cannot send. */

interface SavePicker {
  showSaveFilePicker(options: { suggestedName: string }): Promise<{
    createWritable(): Promise<WritableStream<Uint8Array>>;
  }>;
}

const canPick = (page: object): page is SavePicker => 'showSaveFilePicker' in page;

/** Streams a response to disk if the browser supports it, else holds it in memory. Also resolves if the user cancels. */
export async function save(open: () => Promise<Response>, path: string): Promise<void> {
  const suggestedName = (path.split('/').at(-1) ?? path).replace(/[<>:"\\|?*\p{Cc}]/gu, '_');
  if (canPick(window)) {
    // The picker must directly follow a click, so it opens before the request.
    const handle = await window.showSaveFilePicker({ suggestedName }).catch((error: unknown) => {
      if (error instanceof DOMException && error.name === 'AbortError') return null;
      throw error;
    });
    if (!handle) return;
    const { body } = await open();
    await body?.pipeTo(await handle.createWritable());
    return;
  }
  const url = URL.createObjectURL(await (await open()).blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = suggestedName;
  link.click();
  // The browser keeps the bytes once the download has started.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
