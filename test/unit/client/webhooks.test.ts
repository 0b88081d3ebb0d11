/** Verification of callbacks in the typed client. */
import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { verifyWebhook } from '../../../src/client/webhooks.ts';

const key = Buffer.from('a key of the server that signs callbacks');
const secret = `whsec_${key.toString('base64')}`;
const other = `whsec_${Buffer.from('another key').toString('base64')}`;
const body = '{"type":"job.completed","data":{"id":"a"}}';

/** As https://www.standardwebhooks.com specifies it. */
function sign(text: string, at = Date.now()): Record<string, string> {
  const timestamp = String(Math.floor(at / 1000));
  const signature = createHmac('sha256', key).update(`msg_1.${timestamp}.${text}`).digest('base64');
  return { 'webhook-id': 'msg_1', 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}

test('returns the event of a signed callback, also while the secret is rotated', () => {
  expect(verifyWebhook(body, sign(body), secret)).toMatchObject({ type: 'job.completed', data: { id: 'a' } });
  expect(verifyWebhook(body, sign(body), other, secret).type).toBe('job.completed');
});

test('rejects a changed body, an old one, another secret, and none', () => {
  expect(() => verifyWebhook(`${body} `, sign(body), secret)).toThrow(/signature/i);
  expect(() => verifyWebhook(body, sign(body, Date.now() - 600_000), secret)).toThrow(/timestamp/i);
  expect(() => verifyWebhook(body, sign(body), other)).toThrow(/signature/i);
  expect(() => verifyWebhook(body, sign(body))).toThrow('There is no secret');
});
