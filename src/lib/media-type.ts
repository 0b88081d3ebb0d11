/** Media types of files, by the extension of their names. */
import mime from 'mime';

/** Returns the media type of a file name or path; `application/octet-stream` for an unknown extension. */
export const mediaTypeOf = (path: string): string => mime.getType(path) ?? 'application/octet-stream';
