/** Loads GLB, OBJ and PLY files of a result. */
import {
  DoubleSide,
  LoadingManager,
  Mesh,
  MeshStandardMaterial,
  type Object3D,
  Points,
  PointsMaterial,
} from 'three';
import { GLTFLoader } from 'three/addons/loaders/GLTFLoader.js';
import { MTLLoader } from 'three/addons/loaders/MTLLoader.js';
import { OBJLoader } from 'three/addons/loaders/OBJLoader.js';
import { PLYLoader } from 'three/addons/loaders/PLYLoader.js';

/** Returns the URL of another file of the result; null if it has none with this path. */
export type FindFile = (path: string) => Promise<string> | null;

/** @param path of the model. OBJ files name their materials and textures relative to it. */
export async function loadModel(path: string, url: string, findFile: FindFile): Promise<Object3D> {
  if (/\.glb$/i.test(path)) return (await new GLTFLoader().loadAsync(url)).scene;
  if (/\.ply$/i.test(path)) return loadPly(url);
  return loadObj(path, url, findFile);
}

/** A mesh, or a cloud of points if the file has no faces. */
async function loadPly(url: string): Promise<Object3D> {
  const geometry = await new PLYLoader().loadAsync(url);
  const vertexColors = geometry.hasAttribute('color');
  if (geometry.index === null)
    return new Points(geometry, new PointsMaterial({ size: 2, sizeAttenuation: false, vertexColors }));
  geometry.computeVertexNormals();
  return new Mesh(geometry, new MeshStandardMaterial({ vertexColors, side: DoubleSide }));
}

async function loadObj(path: string, url: string, findFile: FindFile): Promise<Object3D> {
  const text = await (await fetch(url)).text();
  const loader = new OBJLoader();
  const library = /^mtllib\s+(.+?)\s*$/m.exec(text)?.[1];
  const libraryPath = library === undefined ? null : resolvePath(path, library);
  const libraryUrl = libraryPath === null ? null : await findFile(libraryPath);
  if (libraryPath !== null && libraryUrl !== null) {
    const materials = await (await fetch(libraryUrl)).text();
    const urls = await findTextures(libraryPath, materials, findFile);
    const manager = new LoadingManager();
    manager.setURLModifier((name) => urls.get(name) ?? name);
    const created = new MTLLoader(manager).parse(materials, '');
    const loaded = new Promise<void>((resolve) => {
      manager.onLoad = manager.onError = () => resolve();
    });
    created.preload();
    if (urls.size > 0) await loaded;
    loader.setMaterials(created);
  }
  return loader.parse(text);
}

/** Name in the material library → URL. */
async function findTextures(
  library: string,
  materials: string,
  findFile: FindFile,
): Promise<ReadonlyMap<string, string>> {
  const names = [...materials.matchAll(/^\s*map_\w+\s+(?:-\S+\s+\S+\s+)*(.+?)\s*$/gm)].map(
    ([, name = '']) => name,
  );
  const urls = new Map<string, string>();
  for (const name of new Set(names)) {
    const url = await findFile(resolvePath(library, name));
    if (url !== null) urls.set(name, url);
  }
  return urls;
}

/** Resolves a relative path against that of a file. */
const resolvePath = (from: string, relative: string): string =>
  decodeURIComponent(
    new URL(encodeURI(relative.replaceAll('\\', '/')), `http://result/${encodeURI(from)}`).pathname.slice(1),
  );
