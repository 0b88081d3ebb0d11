/** The media type of a request body. */

/** Returns type and subtype in lower case, without parameters; empty if the header `Content-Type` is missing. */
export const parseMediaType = (contentType = ''): string =>
  contentType.split(';')[0]?.trim().toLowerCase() ?? '';

/** Whether a body is a form, which is streamed: its reader limits its size and its pace. */
export const isForm = (contentType: string | undefined): boolean =>
  parseMediaType(contentType) === 'multipart/form-data';
