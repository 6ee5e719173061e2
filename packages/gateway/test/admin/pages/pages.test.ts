import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { readPages } from '../../../src/admin/pages/pages.js';
import { adminGateway, ask } from '../support/ask.js';

const folder = mkdtempSync(join(tmpdir(), 'gateway-pages-'));
afterAll(() => rmSync(folder, { recursive: true }));
const STYLE = 'a { color: red }';
const files: Readonly<Record<string, string>> = {
  'dashboard.html': `<html><style>${STYLE}</style>dashboard</html>`,
  'inspector.html': `<html><style>${STYLE} b {}</style>inspector</html>`,
  'dashboard-1a2b.js': 'dashboard()',
  'inspector-3c4d.js': 'inspector()',
};
for (const [name, text] of Object.entries(files)) {
  writeFileSync(join(folder, name), text);
  writeFileSync(join(folder, `${name}.gz`), gzipSync(text));
}
writeFileSync(join(folder, 'built'), '');
mkdirSync(join(folder, 'empty'));
const built = pathToFileURL(`${folder}/`);
const pages = readPages(false, built);
const textOf = (path: string, encoding = ''): string => String(pages.answer(path, encoding)?.body);

describe('pages', () => {
  it.each(['/', '/rollout', '/decisions', '/devices'])('have the dashboard at %s', (path) =>
    expect(textOf(path)).toContain('dashboard'),
  );
  it.each(['/inspect', '/errors'])('have the inspector at %s', (path) =>
    expect(textOf(path)).toContain('inspector'),
  );

  it('allow their own style, script and calls, and no other', () => {
    const hash = createHash('sha256').update(STYLE).digest('base64');
    expect(pages.answer('/', '')?.headers).toEqual({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': [
        "default-src 'none'",
        "script-src 'self'",
        `style-src 'sha256-${hash}'`,
        "connect-src 'self'",
        "img-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
      ].join('; '),
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': expect.stringContaining('camera=()'),
      'cache-control': 'no-store',
      vary: 'Accept-Encoding',
    });
    expect(pages.answer('/inspect', '')?.headers?.['content-security-policy']).not.toContain(hash);
  });

  it('let scripts be kept, since their names have a hash', () => {
    expect(pages.answer('/assets/dashboard-1a2b.js', '')).toMatchObject({
      status: 200,
      headers: {
        'content-type': 'text/javascript; charset=utf-8',
        'cache-control': 'public, max-age=31536000, immutable',
        'x-content-type-options': 'nosniff',
        'cross-origin-resource-policy': 'same-origin',
      },
    });
  });

  it.each(['gzip', 'br, gzip', 'GZIP;q=0.5', 'deflate,gzip ; q=1'])('are compressed for %s', (encoding) => {
    const answer = pages.answer('/', encoding);
    expect(answer?.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' });
    expect(gunzipSync(answer?.body as Buffer).toString()).toContain('dashboard');
  });

  it.each(['', 'br', 'gzip;q=0', 'gzip; q=0.0', 'x-gzip', 'gzipp', 'identity'])(
    'are not compressed for %j',
    (encoding) => {
      expect(pages.answer('/', encoding)?.headers).not.toHaveProperty('content-encoding');
      expect(textOf('/', encoding)).toContain('<html>');
    },
  );

  it.each([
    '/dashboard.html',
    '/assets/',
    '/assets',
    '/assets/dashboard.html',
    '/assets/built',
    '/assets/empty',
    '/assets/dashboard-1a2b.js.gz',
    '/assets/../dashboard.html',
    '/assets/..%2fdashboard.html',
    '/assets/%2e%2e/built',
    '/assets/./dashboard-1a2b.js',
    '/assets//dashboard-1a2b.js',
    '/assets/DASHBOARD-1A2B.JS',
    '/assets/dashboard-1a2b.js/',
    '/assets/__proto__',
    '//',
    '/./',
    '/%2e%2e/',
    '/inspect/',
    '/Inspect',
    'inspect',
    '/constructor',
  ])('have nothing at %s', (path) => expect(pages.answer(path, '')).toBeUndefined());

  it('have no icon, which is no error', () => {
    expect(pages.answer('/favicon.ico', '')).toMatchObject({ status: 204 });
  });

  it('say how to build them, if they are not', () => {
    const missing = readPages(false, new URL('none/', built));
    expect(missing.answer('/', 'gzip')).toMatchObject({
      status: 503,
      body: expect.stringContaining('npm run build'),
    });
    expect(missing.answer('/errors', '')?.status).toBe(503);
    expect(missing.answer('/assets/dashboard-1a2b.js', '')).toBeUndefined();
  });

  it('are those of the inspector alone without a gateway', () => {
    const alone = readPages(true, built);
    expect(alone.answer('/', '')).toMatchObject({ status: 302, headers: { location: '/inspect' } });
    expect(String(alone.answer('/errors', '')?.body)).toContain('inspector');
    for (const path of ['/rollout', '/decisions', '/devices']) expect(alone.answer(path, '')).toBeUndefined();
  });
});

describe('the admin listener', async () => {
  const { adminUrl, openUrl } = await adminGateway(`open: { listen: '127.0.0.1:0' }`);
  const statusOf = async (path: string, method = 'GET', url = adminUrl) =>
    (await ask(url, { path, method })).status;

  it.each([
    '//',
    '/%2e%2e/',
    '/..',
    '/assets/..',
    '/assets/../pages',
    '/assets/%2e%2e/built',
    '/api',
    '/apix',
  ])('answers %s by 404, whatever the file system has', async (path) =>
    expect(await statusOf(path)).toBe(404),
  );

  it('answers a page or says that it is not built, with whatever query', async () => {
    expect([200, 503]).toContain(await statusOf('/inspect?at=2026'));
    expect(await statusOf('/inspect', 'HEAD')).toBe(await statusOf('/inspect'));
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('refuses %s of a page', async (method) => {
    const answer = await ask(adminUrl, { path: '/', method, body: '{}' });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('has neither pages nor calls on the open address', async () => {
    for (const path of ['/', '/inspect', '/api/session', '/api/errors', '/assets/x.js'])
      expect(await statusOf(path, 'GET', openUrl)).toBe(404);
    expect(await statusOf('/api/session', 'POST', openUrl)).toBe(404);
    expect(await statusOf('/healthz', 'GET', openUrl)).toBe(200);
  });

  it('cuts off a connection that wants another protocol', async () => {
    const { headers, status } = await ask(adminUrl, {
      path: '/',
      lines: { connection: ['Upgrade'], upgrade: ['websocket'] },
    });
    expect([Number.isNaN(status), headers.size]).toEqual([true, 0]);
  });
});
