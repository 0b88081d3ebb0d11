/** The object stores that DARKROOM_STORE can name, one line for each folder. */
export { filesystemDriver } from './filesystem/driver.ts';
export { s3Driver } from './s3/driver.ts';
