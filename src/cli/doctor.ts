/** `darkroom doctor`: checks this machine and its settings, one line per check, and shows how to fix problems. Changes nothing. */
import { randomBytes } from 'node:crypto';
import { Keyring } from '../auth/keyring.ts';
import { composeApi } from '../compose.ts';
import type { Config } from '../config/config.ts';
import type { TemporalTarget } from '../temporal/connection.ts';
import { printJson } from './connection.ts';
import { checkAuthentication } from './doctor/authentication.ts';
import { checkData } from './doctor/data.ts';
import { checkEngines } from './doctor/engines.ts';
import { broken, type Finding, ok, readMessage } from './doctor/finding.ts';
import { checkListen } from './doctor/listen.ts';
import { checkMasterKey } from './doctor/master-key.ts';
import { checkNameServers } from './doctor/name-servers.ts';
import { checkNetworks } from './doctor/networks.ts';
import { checkNode } from './doctor/node.ts';
import { checkSandbox } from './doctor/sandbox.ts';
import { checkSettings } from './doctor/settings.ts';
import { checkStore } from './doctor/store.ts';
import { checkBinary, checkServer, embeddedAddress } from './doctor/temporal.ts';
import { checkTemporalPorts } from './doctor/temporal-ports.ts';
import { exitCodes } from './exit-code.ts';
import { findTarget } from './temporal-target.ts';
import { coloured } from './terminal/colour.ts';

/** Prints the findings and exits. */
export async function doctor({ json }: { json?: boolean }): Promise<never> {
  const findings = await runChecks();
  const isOk = findings.every(({ state }) => state !== 'broken');
  if (json) printJson({ ok: isOk, findings });
  else console.log(findings.map(formatFinding).join('\n'));
  process.exit(isOk ? exitCodes.ok : exitCodes.unexpected);
}

async function runChecks(): Promise<Finding[]> {
  const { config, findings } = checkSettings();
  if (!config) return [checkNode(), ...findings];
  const engines = await checkEngines(config);
  return [
    checkNode(),
    ...findings,
    ...(await checkData(config)),
    ...(await checkListen(config)),
    ...checkNetworks(config),
    ...(await checkNameServers()),
    ...engines,
    await checkSandbox(config),
    // With an invalid definition of an operation, a server does not start.
    ...(engines.some(({ state }) => state === 'broken') ? [] : await checkParts(config)),
  ];
}

/** Checks store and Temporal with the same code as the server. */
async function checkParts(config: Config): Promise<Finding[]> {
  const binary = config.embedded ? [await checkBinary(config)] : [];
  const address = await embeddedAddress(config);
  let target: TemporalTarget;
  try {
    target = await findTarget(config, config.embedded ? (address ?? '127.0.0.1:0') : null);
  } catch (error) {
    return [
      broken(
        'Temporal',
        readMessage(error),
        'Check DARKROOM_PAYLOAD_CODEC, the TEMPORAL_ variables, and the profile that they name',
      ),
    ];
  }
  // A random key: loading would generate one in the data directory. Nothing is decrypted with it.
  const api = await composeApi(config, target, { keys: new Keyring([randomBytes(32)]) });
  const store = [
    ...(await checkStore(config, api.store)),
    ...(await checkMasterKey(config, api.store)),
    ...(await checkAuthentication(config, api.store)),
  ];
  await api.client.connection.close();
  const server =
    config.embedded && address === null
      ? [ok('Temporal', 'not running; "darkroom serve" starts it')]
      : await checkServer(target, config.embedded, api.operations.capabilities);
  const ports = config.embedded ? await checkTemporalPorts(config) : [];
  return [...store, ...binary, ...server, ...ports];
}

const signs = { ok: ['✓', 'green'], warning: ['!', 'yellow'], broken: ['✗', 'red'] } as const;

function formatFinding({ check, state, found, remedy }: Finding): string {
  const [sign, colour] = signs[state];
  const line = `${coloured(sign, colour, process.stdout)} ${check.padEnd(17)} ${found}`;
  return remedy === null ? line : `${line}\n    ${remedy}`;
}
