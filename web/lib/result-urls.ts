/** URLs of results, for plain links. They work if the server needs no token. */
import { serverUrl } from './session.ts';

const jobUrl = (id: string): string => `${serverUrl}/v1/jobs/${encodeURIComponent(id)}`;

export const fileUrl = (id: string, path: string): string =>
  `${jobUrl(id)}/files/${path.split('/').map(encodeURIComponent).join('/')}`;

export const logUrl = (id: string): string => `${jobUrl(id)}/log`;

export const archiveUrl = (id: string): string => `${jobUrl(id)}/archive`;
