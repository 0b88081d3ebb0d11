/** The destinations of operations that run without a tenant: in trials, measurements and tests. */
import { DarkroomError } from '../../src/errors.ts';
import type { Destinations } from '../../src/jobs/ports/destinations.ts';

export const noDestinations: Destinations = {
  openBucket: async (name) => {
    throw new DarkroomError('credentials_not_found', `There are no credentials "${name}"`);
  },
  putUrl: async () => {
    throw new DarkroomError('destination_refused', 'Nothing is sent without a job');
  },
};
