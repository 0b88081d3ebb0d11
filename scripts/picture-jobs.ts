/** The jobs on the pictures of the console: one for each viewer, and each way to end. */
import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import type { Darkroom, JobAsset, JobRequest } from '../src/client/client.ts';
import { slide } from '../test/support/slides.ts';

type ReadPhoto = (name: string) => Promise<Buffer>;

const photos = ['astronaut.jpg', 'chelsea.jpg', 'coffee.jpg', 'hubble_deep_field.jpg', 'rocket.jpg'];

const toAsset = (name: string, bytes: Buffer | string): JobAsset => ({
  name,
  source: { blob: new Blob([bytes as Buffer<ArrayBuffer>]) },
});

/** Submits the jobs, and waits for the end of those that end. */
export async function submitPictureJobs(
  client: Darkroom,
  browser: Browser,
  readPhoto: ReadPhoto,
): Promise<void> {
  const assets = await Promise.all(photos.map(async (name) => toAsset(name, await readPhoto(name))));
  const jobs: readonly JobRequest[] = [
    {
      id: 'pictures',
      operation: 'image.transform',
      params: { width: 900, format: 'webp' },
      labels: { album: 'holiday', customer: 'Ada' },
      assets,
    },
    { id: 'gallery', operation: 'image.gallery', params: { title: 'Holiday 2026' }, assets },
    { id: 'facts', operation: 'image.metadata', assets },
    { id: 'points', operation: 'poi_detection', assets: [toAsset('slide.png', await makeSlide())] },
    { id: 'model', operation: 'test.copy', assets: [toAsset('relief.ply', await makeRelief(readPhoto))] },
    { id: 'pdf', operation: 'test.copy', assets: [toAsset('report.pdf', await makePdf(browser))] },
    { id: 'disk', operation: 'system.echo', params: diskReport },
    { id: 'pipeline', template: 'product-photo@1', assets: assets.slice(0, 3) },
    {
      id: 'partly-failed',
      operation: 'image.transform',
      params: { width: 300, on_error: 'skip' },
      labels: { album: 'scans' },
      assets: [...assets.slice(0, 2), toAsset('notes.jpg', 'not a picture')],
    },
    { id: 'failed-1', operation: 'test.echo', params: { fail: 'permanent' }, labels: { album: 'scans' } },
    { id: 'attempts', operation: 'test.echo', params: { fail: 'transient', fail_times: 2, delay_ms: 2000 } },
  ];
  for (const job of jobs) await client.submit(job);
  await client.submit({ id: 'cancelled', operation: 'test.echo', params: { delay_ms: 600_000 } });
  await client.cancel('cancelled', { reason: 'The customer changed the order' });
  for (const id of [...jobs.map((job) => job.id ?? ''), 'cancelled']) await client.wait(id);
  await client.submit({ id: 'running', operation: 'test.echo', params: { delay_ms: 600_000, steps: 200 } });
  await client.submit({
    id: 'waiting',
    operation: 'image.gallery',
    assets: assets.slice(0, 2),
    await_assets: { total: 40 },
  });
}

const makeSlide = async (): Promise<Buffer> => (await slide({ width: 900, height: 640, nuclei: 160 })).png;

/** A photograph as a coloured relief. */
async function makeRelief(readPhoto: ReadPhoto): Promise<string> {
  const side = 160;
  const { data } = await sharp(await readPhoto('astronaut.jpg'))
    .resize(side, side)
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const vertices = Array.from({ length: side * side }, (_, at) => {
    const [red = 0, green = 0, blue = 0] = data.subarray(at * 3, at * 3 + 3);
    const height = (red + green + blue) / 3 / 255 / 6;
    const [x, y] = [(at % side) / side, 1 - Math.floor(at / side) / side];
    return `${x} ${y} ${height} ${red} ${green} ${blue}`;
  });
  const faces: string[] = [];
  for (let row = 0; row < side - 1; row++)
    for (let column = 0; column < side - 1; column++) {
      const at = row * side + column;
      faces.push(`4 ${at} ${at + side} ${at + side + 1} ${at + 1}`);
    }
  return `ply
format ascii 1.0
element vertex ${vertices.length}
property float x
property float y
property float z
property uchar red
property uchar green
property uchar blue
element face ${faces.length}
property list uchar int vertex_indices
end_header
${vertices.join('\n')}
${faces.join('\n')}
`;
}

async function makePdf(browser: Browser): Promise<Buffer> {
  const page = await browser.newPage();
  await page.setContent(`<h1>Survey report</h1><p>48 photographs, 12 ha, 2.1 cm per pixel.</p>
    <table border="1" cellpadding="6"><tr><th>Site</th><th>Photographs</th></tr>
    <tr><td>North</td><td>30</td></tr><tr><td>South</td><td>18</td></tr></table>`);
  const pdf = await page.pdf();
  await page.close();
  return pdf;
}

const versions: Readonly<Record<string, string>> = {
  adduser: '3.134',
  apt: '2.6.1',
  bash: '5.2.15-2+b7',
  curl: '7.88.1-10+deb12u8',
  nginx: '1.22.1-9',
  'nginx-common': '1.22.1-9',
  'openssh-server': '1:9.2p1-2+deb12u3',
  openssl: '3.0.15-1~deb12u1',
};

const diskReport = {
  image: { path: 'web-01.qcow2', format: 'qcow2', virtual_size: 21_474_836_480, file_size: 1_804_337_152 },
  operating_system: {
    type: 'linux',
    product_name: 'Debian GNU/Linux 12 (bookworm)',
    hostname: 'web-01',
    arch: 'x86_64',
    version: '12.8',
    timezone: 'Europe/Prague',
  },
  packages: {
    count: Object.keys(versions).length,
    manager: 'deb',
    details: Object.entries(versions).map(([name, version]) => ({ name, version, arch: 'amd64' })),
  },
  services: ['nginx.service', 'ssh.service'].map((name) => ({ name, state: 'enabled' })),
  users: [
    { name: 'root', uid: 0, shell: '/bin/bash' },
    { name: 'deploy', uid: 1000, shell: '/bin/bash' },
  ],
  filesystems: [
    { type: 'ext4', mountpoint: '/', total: 20_400_000_000, used: 4_200_000_000, free: 16_200_000_000 },
    { type: 'vfat', mountpoint: '/boot/efi', total: 130_000_000, used: 12_000_000, free: 118_000_000 },
  ],
  encrypted: false,
  notes: ['The journal of / was not replayed.'],
};
