/** Prometheus, scraping a darkroom with the alerts that are shipped. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startChild } from './child.ts';
import { freePort } from './ports.ts';

const alerts = fileURLToPath(new URL('../../deploy/prometheus/alerts.yaml', import.meta.url));

export interface Prometheus {
  /** Returns how many series the query finds now. Throws with the message of Prometheus when it is wrong. */
  query(expression: string): Promise<number>;
  /** Name of each alert → `ok`, or what is wrong with its query; `unknown` before its first evaluation. */
  alerts(): Promise<Map<string, string>>;
  close(): Promise<void>;
}

/** @param targets - `host:port` by the name of the job that scrapes it */
export async function startPrometheus(targets: Readonly<Record<string, string>>): Promise<Prometheus> {
  const dir = await mkdtemp(join(tmpdir(), 'darkroom-prometheus-'));
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: [alerts],
    scrape_configs: Object.entries(targets).map(([job_name, target]) => ({
      job_name,
      static_configs: [{ targets: [target] }],
    })),
  };
  // JSON is YAML.
  await writeFile(join(dir, 'prometheus.yaml'), JSON.stringify(config));
  const address = `127.0.0.1:${await freePort()}`;
  const child = await startChild('prometheus', [
    `--config.file=${join(dir, 'prometheus.yaml')}`,
    `--storage.tsdb.path=${join(dir, 'data')}`,
    `--web.listen-address=${address}`,
  ]);
  const get = async <T>(path: string): Promise<T> => {
    const response = await fetch(`http://${address}/api/v1/${path}`);
    const body = (await response.json()) as { data: T; error?: string };
    if (!response.ok) throw new Error(body.error);
    return body.data;
  };
  return {
    query: async (expression) => {
      const { result } = await get<{ result: unknown[] }>(`query?query=${encodeURIComponent(expression)}`);
      return result.length;
    },
    alerts: async () => {
      const { groups } = await get<{
        groups: { rules: { name: string; health: string; lastError?: string }[] }[];
      }>('rules');
      return new Map(
        groups.flatMap(({ rules }) =>
          rules.map(({ name, health, lastError }) => [name, lastError ?? health] as const),
        ),
      );
    },
    close: async () => {
      await child.end();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
