/** Addresses of results, for plain links: where no token is asked for, the browser can fetch them by itself. */
import { serverUrl } from './session.ts';

const jobUrl = (id: string): string => `${serverUrl}/v1/jobs/${encodeURIComponent(id)}`;

export const fileUrl = (id: string, path: string): string =>
  `${jobUrl(id)}/files/${path.split('/').map(encodeURIComponent).join('/')}`;

export const archiveUrl = (id: string): string => `${jobUrl(id)}/archive`;
