/** Downloads that carry a token, which a plain link cannot. */

interface SavePicker {
  showSaveFilePicker(options: { suggestedName: string }): Promise<{
    createWritable(): Promise<WritableStream<Uint8Array>>;
  }>;
}

const canPick = (page: object): page is SavePicker => 'showSaveFilePicker' in page;

/** Straight to disk where the browser can, else by way of its memory. Resolves also when the user changed their mind. */
export async function save(open: () => Promise<Response>, path: string): Promise<void> {
  const suggestedName = (path.split('/').at(-1) ?? path).replace(/[<>:"\\|?*\p{Cc}]/gu, '_');
  if (canPick(window)) {
    // Before anything is fetched: it must follow a click at once.
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
  // The download has its own hold on the bytes once it has begun.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
