/** The APIs that this server speaks, one line each. */
export { commonApplication } from './common-application/index.ts';
export { e2e3d } from './e2e3d/index.ts';
export { guestkit } from './guestkit/index.ts';
export { imageWeb } from './image-web/index.ts';
export { native } from './native/index.ts';
export { primaa } from './primaa/index.ts';
