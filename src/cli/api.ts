/** `darkroom api`: runs an API process. */
import type { Client } from '@temporalio/client';
import { createApp } from '../api/app.ts';
import { Sessions } from '../api/auth/sessions.ts';
import type { ApiDependencies } from '../api/context.ts';
import { type ReadinessFailure, readinessFailures } from '../api/health/readiness.ts';
import { Links } from '../api/links.ts';
import { createMetrics } from '../api/metrics.ts';
import { type HttpServer, listen } from '../api/server/server.ts';
import { anonymousRole, isLocalAnonymous } from '../auth/settings.ts';
import { composeApi, type Overrides } from '../compose.ts';
import { composeClientLimits } from '../compose-limits.ts';
import { type Config, readConfig } from '../config/config.ts';
import { loadDialects } from '../dialects/load.ts';
import { checkInputFile } from '../inputs/path-input.ts';
import { listPhotographs } from '../inputs/photographs.ts';
import { rootsOf } from '../inputs/roots.ts';
import { Estimator } from '../jobs/query/estimator.ts';
import { Watcher } from '../jobs/query/watcher.ts';
import { TtlCache } from '../lib/ttl-cache.ts';
import { DAY_MS } from '../lib/units.ts';
import { createLog, type Log } from '../log.ts';
import type { TemporalTarget } from '../temporal/connection.ts';
import { createTemporalUi } from '../temporal/ui/temporal-ui.ts';
import { loadTracing } from '../tracing/load-tracing.ts';
import type { Tracing } from '../tracing/tracing.ts';
import { startAuditWriter } from './audit-writer.ts';
import { prepareDataDirectory } from './data-directory.ts';
import { verifyMasterKey } from './master-key.ts';
import { keepRegistering } from './registration.ts';
import { shutdownSignal } from './shutdown-signal.ts';
import { findTarget } from './temporal-target.ts';

export async function api(): Promise<void> {
  const config = readConfig();
  const log = createLog(config.DARKROOM_LOG_LEVEL, 'api');
  const target = await findTarget(config);
  const tracing = await loadTracing('darkroom-api', log);
  const server = await startApi(config, target, log, { tracing });
  console.log(
    `darkroom API  ${config.publicUrl}  (Temporal at ${target.address}, namespace ${target.namespace})`,
  );
  await shutdownSignal();
  await server.close();
  process.exit();
}

export interface ApiServer extends HttpServer {
  /** Returns an empty list if the server is ready. */
  readonly findReadinessFailures: () => Promise<readonly ReadinessFailure[]>;
}

/** Temporal's Web UI: what serves it, and the address of its pages for the links of the console. */
function composeTemporalUi(config: Config, { namespace }: TemporalTarget, client: Client, log: Log) {
  if (config.temporalUi === 'none') return {};
  const workflows = `namespaces/${encodeURIComponent(namespace)}/workflows`;
  if (config.temporalUi !== 'serve') return { temporalWorkflows: `${config.temporalUi}/${workflows}` };
  const search = {
    cacheDir: config.DARKROOM_CACHE,
    env: process.env,
    log: (line: string) => log.info(line),
  };
  // Relative to the console, so that a gateway can serve darkroom below a path.
  return { temporalUi: createTemporalUi(client, search), temporalWorkflows: `temporal/${workflows}` };
}

interface ApiOptions {
  readonly tracing?: Tracing | null;
  readonly overrides?: Overrides | undefined;
}

/** Starts the server, also without Temporal: until Temporal answers, requests that need it get 503. */
export async function startApi(
  config: Config,
  target: TemporalTarget,
  log: Log,
  { tracing = null, overrides }: ApiOptions = {},
): Promise<ApiServer> {
  for (const name of config.unknown)
    log.warn(`${name} is not a setting of this version; see "darkroom config"`);
  await prepareDataDirectory(config);
  await verifyMasterKey(config);
  const api = await composeApi(
    config,
    tracing ? { ...target, plugins: [tracing.plugin] } : target,
    overrides,
  );
  const { client, jobs, submissions, runtime, operations, store, usage, authenticate } = api;
  if (!config.embedded) void keepRegistering(client, log);
  // Probes are public, so each must not cost a write.
  const checks = new TtlCache<void>(1000, 1);
  const checkStore = () => checks.get('', () => store.check());
  const watcher = new Watcher(
    (ref) => jobs.open(ref),
    (ref, signal) => runtime.untilEnded(ref, signal),
  );
  const metrics = createMetrics(runtime);
  submissions.onCreated(metrics.submitted);
  const auditWriter =
    authenticate &&
    startAuditWriter(api.audit, { days: config.DARKROOM_AUDIT_DAYS, log, lost: metrics.auditLost });
  const dependencies: ApiDependencies = {
    jobs,
    submissions,
    watcher,
    estimator: new Estimator(runtime),
    runtime,
    operations,
    usage,
    credentials: api.credentials,
    templates: api.templates,
    audit: api.audit,
    checkStore,
    photographs: async (directory, tenant) =>
      listPhotographs(rootsOf(config.DARKROOM_INPUT_ROOTS, tenant), directory),
    checkInputFile: async (path, tenant) =>
      checkInputFile(rootsOf(config.DARKROOM_INPUT_ROOTS, tenant), path),
    limits: {
      asset: config.DARKROOM_MAX_ASSET_BYTES,
      upload: config.DARKROOM_MAX_UPLOAD_BYTES,
      json: config.DARKROOM_MAX_BODY_BYTES,
    },
    sessions: authenticate && new Sessions(api.keys, config.publicUrl),
    links: new Links({
      sign: api.signLink,
      maxSeconds: Math.ceil((config.DARKROOM_LINK_DAYS * DAY_MS) / 1000),
    }),
    cpuSlots: config.DARKROOM_CPU_SLOTS,
    publicUrl: config.publicUrl,
    metrics,
  };
  const app = createApp({
    ...dependencies,
    dialects: await loadDialects(dependencies, { ...config }),
    log,
    loopbackOnly: isLocalAnonymous(config),
    clientLimits: composeClientLimits(config),
    trace: tracing?.middleware,
    authenticate,
    trustedProxies: config.DARKROOM_TRUSTED_PROXIES,
    anonymousRole: anonymousRole(config),
    recordAudit: (event) => auditWriter?.record(event),
    corsOrigins: config.DARKROOM_CORS_ORIGINS,
    ...composeTemporalUi(config, target, client, log),
  });
  const server = await listen(config.DARKROOM_LISTEN, config.DARKROOM_GRACE_MS, (request, bindings) =>
    app.fetch(request, bindings),
  );
  const close = async () => {
    // Event streams would use up the grace period. Their clients reconnect to another API process.
    watcher.close();
    await server.close();
    await auditWriter?.close();
    await client.connection.close();
    await tracing?.close();
  };
  return { close, findReadinessFailures: () => readinessFailures({ runtime, checkStore }) };
}
