/** A process that runs one step of the operations of this folder. */
import { runStepProcess } from '../../../dist/src/cli/step-process.js';
import { operations } from './operations.mjs';

runStepProcess({ operations });
