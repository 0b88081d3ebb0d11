/** The HTTP header Content-Disposition (RFC 6266). */

/**
 * Formats a Content-Disposition value. The file name stands twice: in ASCII for clients that do not know RFC 5987, and
 * encoded by it.
 */
export function formatContentDisposition(kind: 'attachment' | 'inline', fileName: string): string {
  const ascii = fileName.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${encodeRfc5987(fileName)}`;
}

const encodeRfc5987 = (text: string): string =>
  encodeURIComponent(text).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
