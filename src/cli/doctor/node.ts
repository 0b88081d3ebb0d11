import packageJson from '../../../package.json' with { type: 'json' };
import { broken, type Finding, ok } from './finding.ts';

const [, wantedMajor = 0, wantedMinor = 0] = (/>=(\d+)\.(\d+)/.exec(packageJson.engines.node) ?? []).map(
  Number,
);

export function checkNode(version = process.versions.node): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)
    ? ok('Node', version)
    : broken('Node', version, `Install Node ${wantedMajor}.${wantedMinor} or later`);
}
