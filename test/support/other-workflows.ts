/** A workflow of another program, or of another version of darkroom, with the name of one of darkroom's. */
import { sleep } from '@temporalio/workflow';

export async function processJob(): Promise<void> {
  await sleep('1 hour');
}
