/** Viewers whose libraries are large. The browser loads each with its first use. */
import { lazyComponent } from '../lib/lazy-component.tsx';

export const ZoomPicture = lazyComponent('The picture viewer', () => import('./zoom-picture.tsx'));
export const ModelView = lazyComponent('The 3D viewer', () => import('./model-view.tsx'));
