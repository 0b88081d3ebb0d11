/** A process that runs one activity with the operations of this folder. */
import { runActivityProcess } from '../../../dist/src/cli/activity-process.js';
import { operations } from './operations.mjs';

runActivityProcess({ operations });
