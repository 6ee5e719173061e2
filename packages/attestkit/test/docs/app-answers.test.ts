import { assert, describe, expect, it } from 'vitest';
import { ENDPOINT_SCENES } from './support/refused-endpoints.js';
import { Installation } from './support/installation.js';
import { ROUTE_SCENES } from './support/refused-routes.js';
import { Served } from './support/served.js';
import { pageText, tableOf } from './support/page-table.js';

// docs/for-the-app.md tells the app's author what each answer is and what comes next. Each row is asked for here.

const CODE = 'code in the log';

describe('the table of the endpoints in docs/for-the-app.md', () => {
  const rows = tableOf('for-the-app.md', 'The endpoints');
  const keyOf = ({ endpoint = '', status = '', [CODE]: code = '' }): string =>
    `${endpoint} ${code || status}`;

  it('has a row for each scene, and a scene for each row', () => {
    expect(rows.map(keyOf).toSorted()).toEqual(Object.keys(ENDPOINT_SCENES).toSorted());
  });

  it.each(rows.map((row) => [keyOf(row), row] as const))('%s', async (key, row) => {
    const served = await Served.start();
    const told = await ENDPOINT_SCENES[key]?.(served);
    const { status = '', [CODE]: code = '' } = row;
    expect([told?.status, told?.code]).toEqual([Number(status), code || undefined]);
    assert(told);
    const { headers, text } = told;
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('www-authenticate')).toBe(
      status === '401' ? 'Attest realm="https://api.example.com", need="session"' : null,
    );
    expect(headers.has('retry-after')).toBe(['429', '503'].includes(status));
    expect(headers.has('allow')).toBe(status === '405');
    if (status !== '200') expect(text).toBe('{}');
  });
});

describe('the table of protected routes in docs/for-the-app.md', () => {
  const rows = tableOf('for-the-app.md', 'Protected routes');
  const keyOf = ({ 'Attest needs': need = '', [CODE]: code = '' }): string => `${need} ${code}`;

  it('has a row for each scene, and a scene for each row', () => {
    expect(rows.map(keyOf).toSorted()).toEqual(Object.keys(ROUTE_SCENES).toSorted());
  });

  it.each(rows.map((row) => [keyOf(row), row] as const))('%s', async (key, row) => {
    const served = await Served.start();
    const told = await ROUTE_SCENES[key]?.(await Installation.enrolled(served), served);
    assert(told);
    const { status, 'Attest needs': need, [CODE]: code } = row;
    const [, needed = ''] = /need="(\w+)"/.exec(told.headers.get('www-authenticate') ?? '') ?? [];
    expect([told.status, needed, told.code]).toEqual([Number(status), need, code]);
    expect(told.headers.get('cache-control')).toBe('no-store');
    expect(told.headers.has('retry-after')).toBe(status === '503');
    expect(told.text).toBe('{}');
  });

  const session = 'Attest realm="https://api.example.com", need="session"';
  const bearer = 'Bearer realm="https://api.example.com"';
  it.each([
    ['/balance', `${session}, ${bearer}`],
    ['/transfers', `${session}, ${bearer}`],
    ['/shapes', 'Attest realm="https://api.example.com", need="token", header="Approov-Token"'],
    ['/orders', 'Attest realm="https://api.example.com", need="token", header="X-Firebase-AppCheck"'],
  ])('%s says what it asks for', async (path, field) => {
    const { headers } = await (await Served.start()).send('GET', path);
    expect(headers.get('www-authenticate')).toBe(field);
  });

  it('the field that the page shows is that of a session that was sent and has expired', async () => {
    const served = await Served.start();
    const phone = await Installation.enrolled(served);
    const told = await ROUTE_SCENES['session ERR_SESSION_EXPIRED']?.(phone, served);
    expect(pageText('for-the-app.md')).toContain(
      `\nWWW-Authenticate: ${told?.headers.get('www-authenticate')}\n`,
    );
  });
});
