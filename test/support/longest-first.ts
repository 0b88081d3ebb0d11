/** The order in which files of tests are begun: one that takes minutes is not the last. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Below `test/`, the longest first. Those that take less than half a minute are left out. */
const longest = [
  'dialects/e2e3d-results',
  'e2e/big-task',
  'http/zip-large',
  'storage/s3',
  'operations/reconstruct',
  'e2e/event-readers',
  'chaos/crash',
  'operations/poi-detection',
  'e2e/upload-failures',
  'cli/completion',
  'e2e/rerun-remains',
  'deployment/cluster',
  'e2e/tenants',
  'e2e/upload-memory',
  'dialects/e2e3d-contract',
  'e2e/reconstruct',
  'cli/jobs',
  'temporal/server',
  'e2e/events',
  'cli/doctor',
  'e2e/console',
  'operations/guestkit-hostile',
  'dialects/common-application-many',
  'e2e/journey',
  'http/multipart-memory',
  'e2e/waiting-trouble',
  'e2e/refusals',
].map((name) => `/test/${name}.test.ts`);

const rankOf = ({ moduleId }: TestSpecification): number => {
  const rank = longest.findIndex((file) => moduleId.endsWith(file));
  return rank < 0 ? longest.length : rank;
};

/** Vitest itself goes by how long each took the last time, and on a machine that runs them for the first time by how long they are. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((a, b) => rankOf(a) - rankOf(b));
  }
}
