import { assert, describe, expect, it } from 'vitest';
import { ENDPOINT_SCENES } from './support/refused-endpoints.js';
import { Installation } from './support/installation.js';
import { described } from './support/openapi.js';
import { ROUTE_SCENES } from './support/refused-routes.js';
import { Served } from './support/served.js';
import { pageText, tableOf } from './support/page-table.js';

// docs/for-the-app.md tells the app's author what each answer is and what comes next, and the server's developer which code it
// has. Each row is asked for here, over HTTP.

const PAGE = 'for-the-app.md';
const CODE = 'code in the log';
const NEED = 'Attest needs';

describe('the answers of endpoints in docs/for-the-app.md', () => {
  const steps = tableOf(PAGE, 'The endpoints');
  const codes = tableOf(PAGE, 'Codes of the endpoints');
  const answerOf = ({ endpoint = '', status = '' }): string => `${endpoint} ${status}`;
  // A success has no code, nor has a method that is not allowed.
  const uncoded = steps.filter(({ status = '' }) => ['200', '405'].includes(status));
  const rows = [...uncoded, ...codes];
  const keyOf = (row: Readonly<Record<string, string>>): string =>
    row[CODE] === undefined ? answerOf(row) : `${row['endpoint']} ${row[CODE]}`;

  it('have one next step each: the app sees a status, and no code', () => {
    const answers = new Set(rows.map(answerOf));
    expect(steps.map(answerOf).toSorted()).toEqual([...answers].toSorted());
    expect(steps.every((row) => row['next step'] !== '')).toBe(true);
  });

  it('are those of the description: the statuses of every check', () => {
    const common = new Set(
      steps.filter(({ endpoint }) => endpoint === 'any').map(({ status = '' }) => status),
    );
    const own = described().map((each) => each.replace(/^\w+ \//, ''));
    const ofOne = own.filter((each) => !common.has(each.split(' ')[1] ?? ''));
    expect(
      steps
        .map(answerOf)
        .filter((each) => !each.startsWith('any '))
        .toSorted(),
    ).toEqual(ofOne.toSorted());
  });

  it('have a row for each scene, and a scene for each row', () => {
    expect(rows.map(keyOf).toSorted()).toEqual(Object.keys(ENDPOINT_SCENES).toSorted());
  });

  it.each(rows.map((row) => [keyOf(row), row] as const))('%s', async (key, row) => {
    const served = await Served.start();
    const told = await ENDPOINT_SCENES[key]?.(served);
    const { status = '', [CODE]: code } = row;
    expect([told?.status, told?.code]).toEqual([Number(status), code]);
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

describe('the answers of protected routes in docs/for-the-app.md', () => {
  const steps = tableOf(PAGE, 'Protected routes');
  const rows = tableOf(PAGE, 'Codes of protected routes');
  const answerOf = ({ status = '', [NEED]: need = '' }): string => `${status} ${need}`;
  const keyOf = ({ [NEED]: need = '', [CODE]: code = '' }): string => `${need} ${code}`;

  it('have one next step each: the app sees a status and a need, and no code', () => {
    expect(steps.map(answerOf).toSorted()).toEqual([...new Set(rows.map(answerOf))].toSorted());
    expect(steps.every((row) => row['next step'] !== '')).toBe(true);
  });

  it('have a row for each scene, and a scene for each row', () => {
    expect(rows.map(keyOf).toSorted()).toEqual(Object.keys(ROUTE_SCENES).toSorted());
  });

  it.each(rows.map((row) => [keyOf(row), row] as const))('%s', async (key, row) => {
    const served = await Served.start();
    const told = await ROUTE_SCENES[key]?.(await Installation.enrolled(served), served);
    assert(told);
    const { status, [NEED]: need, [CODE]: code } = row;
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
    expect(pageText(PAGE)).toContain(`\nWWW-Authenticate: ${told?.headers.get('www-authenticate')}\n`);
  });
});
