/** Statuses of HTTP (https://www.rfc-editor.org/rfc/rfc9110#section-15). */

/** Whether the same request may succeed later: the server failed, was too slow, or was asked too often. */
export const isTemporaryStatus = (status: number): boolean =>
  status >= 500 || [408, 425, 429].includes(status);
