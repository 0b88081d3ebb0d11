/** nginx in front of a server. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort } from './ports.ts';

const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
const binary = folders.map((folder) => join(folder, 'nginx')).find((path) => existsSync(path));

/** Whether nginx is installed. Tests that need it are skipped otherwise. */
export const hasNginx = binary !== undefined;

export interface Nginx {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Starts nginx in front of a port of this machine. `pool`: with a pool of connections and the Host header of the client, and its
 * default settings otherwise. `plain`: with its default settings, HTTP/1.0 among them.
 */
export async function startNginx(upstreamPort: number, kind: 'pool' | 'plain' = 'pool'): Promise<Nginx> {
  const options =
    kind === 'pool'
      ? 'proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host;'
      : '';
  const port = await freePort();
  const dir = await mkdtemp(join(tmpdir(), 'darkroom-nginx-'));
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  await writeFile(
    join(dir, 'nginx.conf'),
    `daemon off; pid ${dir}/pid; error_log stderr; events {}
    http {
      access_log off;
      ${temporary.map((name) => `${name}_temp_path ${dir}/${name};`).join(' ')}
      upstream darkroom { server 127.0.0.1:${upstreamPort}; ${kind === 'pool' ? 'keepalive 32;' : ''} }
      server {
        listen 127.0.0.1:${port};
        location / { proxy_pass http://${kind === 'pool' ? 'darkroom' : `127.0.0.1:${upstreamPort}`}; ${options} }
      }
    }`,
  );
  const child = spawn(binary ?? 'nginx', ['-p', dir, '-c', join(dir, 'nginx.conf')], { stdio: 'inherit' });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const url = `http://127.0.0.1:${port}`;
  while (!(await fetch(url).catch(() => null))) await new Promise((resolve) => setTimeout(resolve, 50));
  return {
    url,
    close: async () => {
      child.kill('SIGTERM');
      await exited;
      await rm(dir, { recursive: true, force: true });
    },
  };
}
