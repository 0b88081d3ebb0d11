/** Small 3D models: the same square in red, in three formats. */

/** GLB: a square with a material of one colour. */
export function squareGlb(): Buffer {
  const positions = Buffer.alloc(12 * 4);
  for (const [at, value] of [-1, -1, 0, 1, -1, 0, 1, 1, 0, -1, 1, 0].entries())
    positions.writeFloatLE(value, at * 4);
  const indices = Buffer.alloc(12);
  for (const [at, value] of [0, 1, 2, 0, 2, 3].entries()) indices.writeUInt16LE(value, at * 2);
  const binary = Buffer.concat([positions, indices]);
  const json = {
    asset: { version: '2.0' },
    scene: 0,
    scenes: [{ nodes: [0] }],
    nodes: [{ mesh: 0 }],
    meshes: [{ primitives: [{ attributes: { POSITION: 0 }, indices: 1, material: 0 }] }],
    materials: [
      { pbrMetallicRoughness: { baseColorFactor: [1, 0, 0, 1], metallicFactor: 0 }, doubleSided: true },
    ],
    buffers: [{ byteLength: binary.length }],
    bufferViews: [
      { buffer: 0, byteOffset: 0, byteLength: positions.length },
      { buffer: 0, byteOffset: positions.length, byteLength: indices.length },
    ],
    accessors: [
      { bufferView: 0, componentType: 5126, count: 4, type: 'VEC3', min: [-1, -1, 0], max: [1, 1, 0] },
      { bufferView: 1, componentType: 5123, count: 6, type: 'SCALAR' },
    ],
  };
  const text = Buffer.from(JSON.stringify(json));
  const padded = Buffer.concat([text, Buffer.alloc((4 - (text.length % 4)) % 4, 0x20)]);
  const chunk = (type: number, bytes: Buffer) => {
    const head = Buffer.alloc(8);
    head.writeUInt32LE(bytes.length, 0);
    head.writeUInt32LE(type, 4);
    return Buffer.concat([head, bytes]);
  };
  const chunks = Buffer.concat([chunk(0x4e4f534a, padded), chunk(0x004e4942, binary)]);
  const head = Buffer.alloc(12);
  head.write('glTF', 0);
  head.writeUInt32LE(2, 4);
  head.writeUInt32LE(chunks.length + 12, 8);
  return Buffer.concat([head, chunks]);
}

/** OBJ: its colour is in the picture that its material names. */
export const squareObj = `mtllib square.mtl
v -1 -1 0
v 1 -1 0
v 1 1 0
v -1 1 0
vt 0 0
vt 1 0
vt 1 1
vt 0 1
vn 0 0 1
usemtl skin
f 1/1/1 2/2/1 3/3/1
f 1/1/1 3/3/1 4/4/1
`;
export const squareMtl = 'newmtl skin\nKa 1 1 1\nKd 1 1 1\nmap_Kd skin.png\n';

/** PLY: points with colours. */
export const pointsPly = `ply
format ascii 1.0
element vertex 400
property float x
property float y
property float z
property uchar red
property uchar green
property uchar blue
end_header
${Array.from({ length: 400 }, (_, at) => `${(at % 20) / 10 - 1} ${Math.floor(at / 20) / 10 - 1} 0 255 0 0`).join('\n')}
`;
