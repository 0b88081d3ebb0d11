/** How jobs get their assets. */
import { durableActivities, isIn, paths, type Stories, untilEnded } from '../story.ts';

export const assets: Stories = {
  assets: async (server) =>
    untilEnded(
      server,
      await server.submit({
        operation: 'image.transform',
        params: { width: 64 },
        assets: paths(server.photos),
        callback: { url: server.hook },
      }),
    ),

  /** Each step is an activity. */
  'assets-slow': async (server) => {
    const url = `${server.slowPhotosUrl}/${server.photos[0]}`;
    const spec = {
      operation: 'image.metadata',
      assets: [{ source: { url } }],
      callback: { url: server.hook },
    };
    return untilEnded(server, await server.submit(spec, durableActivities));
  },

  /** The local attempt at the download is handed to an activity. */
  'assets-handed-over': async (server) => {
    const url = `${server.slowPhotosUrl}/${server.photos[0]}`;
    return untilEnded(
      server,
      await server.submit({ operation: 'image.metadata', assets: [{ source: { url } }] }),
    );
  },

  'asset-missing': async (server) =>
    untilEnded(server, await server.submit({ operation: 'image.transform', assets: paths(['none.jpg']) })),

  skipped: async (server) =>
    untilEnded(
      server,
      await server.submit({
        operation: 'image.transform',
        params: { width: 64, on_error: 'skip' },
        assets: paths(['none.jpg', ...server.photos]),
      }),
    ),

  waiting: async (server) => {
    const { submit, until, submissions, photos } = server;
    const job = await submit({
      operation: 'image.transform',
      params: { width: 64 },
      await_assets: { total: 4 },
      callback: { url: server.hook, events: ['job.waiting', 'job.paused', 'job.resumed', 'job.completed'] },
    });
    await until(job, isIn('waiting'));
    await submissions.addAssets(job, { assets: paths(photos.slice(0, 2)) });
    await until(job, isIn('waiting'));
    await (await server.jobs.open(job)).control('pause');
    await submissions.addAssets(job, { assets: paths(photos.slice(0, 1)) });
    await (await server.jobs.open(job)).control('resume');
    await submissions.addAssets(job, { assets: paths(photos.slice(0, 1)), final: true });
    return untilEnded(server, job);
  },

  quiet: async (server) => {
    const job = await server.submit({ operation: 'test.echo', await_assets: { quiet_seconds: 1 } });
    for (const name of server.photos) await server.submissions.addAssets(job, { assets: paths([name]) });
    return untilEnded(server, job);
  },

  'no-asset': async (server) =>
    untilEnded(server, await server.submit({ operation: 'image.transform', await_assets: { total: 4 } })),

  'assets-overdue': async (server) => {
    const job = await server.submit({ operation: 'image.transform', await_assets: { total: 4 } });
    await server.submissions.addAssets(job, { assets: paths(server.photos) });
    return untilEnded(server, job);
  },

  /** Neither a total nor a quiet period. */
  'assets-without-end': async (server) => {
    const assets = paths(server.photos);
    return untilEnded(
      server,
      await server.submit({ operation: 'image.transform', assets, await_assets: {} }),
    );
  },

  'too-few': async (server) => {
    const job = await server.submit({ operation: 'image.transform', await_assets: {} });
    await server.submissions.addAssets(job, { assets: [], final: true });
    return untilEnded(server, job);
  },
};
