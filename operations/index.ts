/** The built-in operations, one line for each folder. */
export { systemEcho, testEcho } from './echo/index.ts';
export { exportHttp } from './export-http/index.ts';
export { exportS3 } from './export-s3/index.ts';
export { guestkitInspect } from './guestkit-inspect/index.ts';
export { guestkitProfile } from './guestkit-profile/index.ts';
export { imageContactSheet } from './image-contact-sheet/index.ts';
export { imageGallery } from './image-gallery/index.ts';
export { imageMetadata } from './image-metadata/index.ts';
export { imageSrcset } from './image-srcset/index.ts';
export { imageTransform } from './image-transform/index.ts';
export { imageWatermark } from './image-watermark/index.ts';
export { poiDetection } from './poi-detection/index.ts';
export { reconstruct } from './reconstruct/index.ts';
