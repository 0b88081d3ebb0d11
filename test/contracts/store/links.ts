import { describe, expect, it } from 'vitest';
import type { Suite } from './suite.ts';

export function links(suite: Suite): void {
  describe('links', () => {
    const options = {
      expiresSeconds: 60,
      fileName: "it's 100% “naïve” 📷 (1).jpg",
      mediaType: 'image/jpeg',
    };

    it('returns the bytes without credentials, if the store signs links', async () => {
      await suite.store.put(`${suite.at}très bien/a+b 100%`, 'picture', { mediaType: 'text/plain' });
      const link = await suite.store.link(`${suite.at}très bien/a+b 100%`, options);
      if (link === null) return;
      const response = await fetch(link);
      expect([response.status, await response.text()]).toEqual([200, 'picture']);
      expect(response.headers.get('content-type')).toBe(options.mediaType);
      const [disposition, name] =
        response.headers.get('content-disposition')?.split("; filename*=UTF-8''") ?? [];
      expect(disposition).toMatch(/^attachment; filename="[^"]+"$/);
      expect(decodeURIComponent(name ?? '')).toBe(options.fileName);
      const part = await fetch(link, { headers: { range: 'bytes=1-3' } });
      expect([part.status, await part.text()]).toEqual([206, 'ict']);
      if (!suite.checksLinks) return;
      expect((await fetch(link, { method: 'PUT', body: 'x' })).ok).toBe(false);
      const other = link.replace('a%2Bb', 'other');
      expect(other).not.toBe(link);
      expect((await fetch(other)).status).toBe(403);
    });

    it('signs a link without reading the object, if the store signs links', async () => {
      const link = await suite.store.link(`${suite.at}missing`, options);
      if (link === null) return;
      expect((await fetch(link)).status).toBe(suite.checksLinks ? 404 : 403);
    });
  });
}
