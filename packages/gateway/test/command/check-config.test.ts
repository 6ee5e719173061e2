import { describe, expect, it } from 'vitest';
import { approovToken } from '../support/tokens.js';
import { command, ENV, written } from './support/command.js';

const FILE = written(`traffic: { listen: 127.0.0.1:0 }
upstreams: { api: http://127.0.0.1:9, shop: http://127.0.0.1:10 }
evidence: { approov: { secretBase64: '\${APPROOV_BASE64_SECRET}' } }
devices:
  audience: https://api.example.com
  secret: \${JWT_SECRET}
  evidence: { appAttest: { appIds: [TEAMID1234.com.example.app] } }
accept: [approov, session]
routes:
  - { path: /health, open: true, upstream: api }
  - { path: /v1/*, upstream: api }
  - { path: /v1/account, name: account, methods: [POST], binding: authorization, upstream: shop }
  - { path: /v1/new, enforcement: 25%, host: beta.example.com, upstream: api }
  - { path: /v1/later, enforcement: report, upstream: api }
default: { upstream: api }
`);

const explained = async (request: string, ...more: string[]): Promise<Record<string, unknown>> => {
  const { status, out, err } = await command(['check-config', FILE, '--json', '--request', request, ...more]);
  expect([status, err]).toEqual([0, '']);
  return JSON.parse(out) as Record<string, unknown>;
};

describe('check-config', () => {
  it('shows the routes, and which of two decides', async () => {
    const { status, out } = await command(['check-config', FILE]);
    expect(status).toBe(0);
    expect(out).toContain('gateway-1.yaml is valid.\n');
    expect(out).toContain('  routes[0]  /health  open\n');
    expect(out).toContain(
      '  routes[3]  beta.example.com/v1/new  approov or session; enforced for 25% of clients\n',
    );
    expect(out).toContain('  default  /*  approov or session; enforced\n');
    expect(out).toContain(
      'routes[1] /v1/* and routes[2] POST /v1/account match the same requests: of these, routes[2] POST /v1/account decides, since it asks for more.\n',
    );
    expect(out).toContain(
      'routes[1] /v1/* decides, since it asks for more. routes[4] /v1/later is never used.\n',
    );
  });

  it('says the same to machines', async () => {
    const { out } = await command(['check-config', FILE, '--json']);
    expect(JSON.parse(out)).toMatchObject({
      file: FILE,
      valid: true,
      problems: [],
      overlaps: [
        { routes: ['routes[1]', 'routes[2]'], decides: 'routes[2]' },
        { routes: ['routes[1]', 'routes[3]'], decides: 'routes[1]' },
        { routes: ['routes[1]', 'routes[4]'], decides: 'routes[1]' },
      ],
    });
  });

  it.each([
    ['an open route below a stricter one', '{ path: /health, open: true }', '{ path: /* }', true],
    [
      'one of some methods',
      '{ path: /x, methods: [GET], open: true }',
      '{ path: /*, methods: [GET, HEAD] }',
      true,
    ],
    ['one of more methods', '{ path: /x, open: true }', '{ path: /*, methods: [GET] }', false],
    ['one of another host, too', '{ path: /x, open: true }', '{ path: /*, host: a.example }', false],
    ['one that is stricter', '{ path: /x }', '{ path: /*, open: true }', false],
    ['one of more paths', '{ path: /x/*, open: true }', '{ path: /x/y }', false],
  ])('says of %s whether it is never used', async (_, one, other, isUnused) => {
    const file = written(
      `traffic: { listen: 127.0.0.1:8080 }\nupstreams: { api: http://127.0.0.1:9 }\nevidence: { approov: { secretBase64: '\${APPROOV_BASE64_SECRET}' } }\nroutes:\n  - ${one}\n  - ${other}\ndefault: {}\n`,
    );
    const { out } = await command(['check-config', file, '--json']);
    const { overlaps } = JSON.parse(out) as {
      readonly overlaps: readonly { readonly unused: string | null }[];
    };
    expect(overlaps.map(({ unused }) => unused)).toEqual([isUnused ? 'routes[0]' : null]);
    expect((await command(['check-config', file])).out.includes('is never used.')).toBe(isUnused);
  });

  it('names each mistake with its place, what is wrong and what to do', async () => {
    const file = written(
      'traffic: { listen: 127.0.0.1:8080 }\nupstream: { api: http://127.0.0.1:9 }\nroutes:\n  - { path: v1 }\n  - { open: true }\ndefault: {}\n',
    );
    const { status, out, err } = await command(['check-config', file]);
    expect([status, out]).toEqual([1, '']);
    const lines = err.trimEnd().split('\n');
    expect(lines.length).toBe(2);
    for (const line of lines) expect(line).toMatch(/^\S+:\d+:\d+ \S+ .+\. .+/);
    expect(err).toContain(`${file}:2:1 upstream is not known here.`);
    const machine = await command(['check-config', file, '--json']);
    expect([machine.status, machine.err]).toEqual([1, '']);
    const { valid, problems } = JSON.parse(machine.out) as {
      readonly valid: boolean;
      readonly problems: unknown;
    };
    expect([valid, problems]).toEqual([
      false,
      expect.arrayContaining([
        expect.objectContaining({ file, line: 2, column: 1, field: 'upstream' }),
        expect.objectContaining({ file, line: 5, column: 5, field: 'routes[1].path' }),
      ]),
    ]);
  });

  it('refuses routes that cannot be ordered', async () => {
    const file = written(`upstreams: { api: http://127.0.0.1:9 }
evidence: { approov: { secretBase64: '\${APPROOV_BASE64_SECRET}' } }
routes:
  - { path: /v1/*, binding: authorization }
  - { path: /*, binding: x-user }
default: {}
`);
    const { status, err } = await command(['check-config', file]);
    expect(status).toBe(1);
    expect(err).toMatch(
      /:5:5 routes\[1\] and \/v1\/\* match the same requests, and neither asks for all that the other/,
    );
  });

  it('refuses exclude, by which a route could open what a stricter one protects', async () => {
    const file = written(`upstreams: { api: http://127.0.0.1:9 }
evidence: { approov: { secretBase64: '\${APPROOV_BASE64_SECRET}' } }
routes:
  - { path: /v1/*, exclude: [/v1/admin] }
  - { path: /v1/admin }
default: {}
`);
    const { status, err } = await command(['check-config', file]);
    expect([status, err]).toEqual([
      1,
      `${file}:4:20 routes[0].exclude is not an option of a file. Add a route with open: true.\n`,
    ]);
  });

  it('takes preflight: pass, the default, for no demand', async () => {
    const file = written(`upstreams: { api: http://127.0.0.1:9 }
evidence: { approov: { secretBase64: '\${APPROOV_BASE64_SECRET}' } }
routes:
  - { path: /v1/*, preflight: pass }
  - { path: /v1/x }
  - { path: /v1/y, preflight: check }
default: {}
`);
    const { out } = await command(['check-config', file]);
    expect(out).toContain('routes[0] /v1/* and routes[1] /v1/x match the same requests, and ask the same.\n');
    expect(out).toContain('routes[2] /v1/y decides, since it asks for more.\n');
  });

  it('says what a proxy cannot do', async () => {
    const { status, err } = await command(['check-config', FILE, '--proxy', 'nginx']);
    expect([status, err]).toEqual([
      1,
      expect.stringContaining('authorization is not set, and there the proxy asks'),
    ]);
  });
});

describe('check-config --request', () => {
  it.each([
    ['GET /health', 'routes[0]', 'It is the one route that matches.', 'open'],
    ['GET /health/', 'default', 'No route matches it.', 'refused'],
    ['GET /v1/x?a=/health', 'routes[1]', 'It is the one route that matches.', 'refused'],
    [
      'POST /V1/Account/',
      'routes[2]',
      'It asks for all that the other matching routes ask for, and the strictest decides.',
      'refused',
    ],
    ['GET /v1/y', 'routes[1]', 'It is the one route that matches.', 'refused'],
    [
      'GET /v1/later',
      'routes[1]',
      'It asks for all that the other matching routes ask for, and the strictest decides.',
      'refused',
    ],
  ])('%s: %s', async (request, decides, why, outcome) => {
    expect(await explained(request)).toMatchObject({ decides, why, answer: { outcome } });
  });

  it('says the status and the reason of a refusal', async () => {
    expect(await explained('GET /v1/x')).toMatchObject({
      upstream: 'api',
      answer: { outcome: 'refused', status: 401, code: 'ERR_APPROOV_TOKEN_MISSING' },
    });
    expect(await explained('GET /v1/x', '--header', 'Approov-Token: junk')).toMatchObject({
      answer: { status: 401, code: 'ERR_APPROOV_TOKEN_MALFORMED' },
    });
    expect(
      await explained(
        'POST /v1/account',
        '--header',
        `Approov-Token: ${approovToken()}`,
        '--header',
        'Authorization: x',
      ),
    ).toMatchObject({
      upstream: 'shop',
      answer: { outcome: 'refused', code: 'ERR_APPROOV_BINDING_CLAIM_MISSING' },
    });
  });

  it('accepts evidence that holds', async () => {
    const found = await explained('GET /v1/x', '--header', `approov-token:${approovToken()}`);
    expect(found).toMatchObject({ answer: { outcome: 'accepted', evidence: ['approov'], status: null } });
    const { out } = await command([
      'check-config',
      FILE,
      '--request',
      'GET /v1/x',
      '--header',
      `Approov-Token: ${approovToken()}`,
    ]);
    expect(out).toContain('-> routes[1]  /v1/*  (approov or session; enforced)\n');
    expect(out).toContain('Answer:   passed on, with approov\n');
  });

  it('compares the host without its case, port and last dot', async () => {
    const of = async (host: string): Promise<unknown> =>
      (await explained('GET /v1/new', '--host', host))['matches'] as { readonly field: string }[];
    expect(await of('beta.example.com')).toHaveLength(2);
    expect(await of('Beta.Example.com.:8443')).toHaveLength(2);
    expect(await of('api.example.com')).toHaveLength(1);
  });

  it('shows how an ambiguous target may be read', async () => {
    expect(await explained('GET /v1/../health')).toMatchObject({
      readings: ['/v1/../health', '/health'],
      decides: null,
      why: 'Servers read the target in different ways (ambiguousPaths: refuse).',
      answer: { outcome: 'refused', status: 400 },
    });
    const { out } = await command(['check-config', FILE, '--request', 'GET /v1/../health']);
    expect(out).toContain('Servers may read the path as\n  /v1/../health\n  /health\n');
  });

  it.each([
    ['GET /x#y', 400],
    ['GET x', 400],
    ['TRACE /x', 405],
    ['CONNECT api:443', 405],
  ])('%s is refused whatever the routes say', async (request, status) => {
    expect(await explained(request)).toMatchObject({ decides: null, answer: { outcome: 'refused', status } });
  });

  it.each(['GET /device/challenge', 'GET /.well-known/attestkit/jwks.json'])(
    '%s is answered here',
    async (request) => {
      expect(await explained(request)).toMatchObject({ decides: null, answer: { outcome: 'answered here' } });
    },
  );

  it.each([
    [['--request', '/v1/x'], "--request '/v1/x' is not a method and a target, such as 'POST /v1/transfers'"],
    [
      ['--request', 'GET /x', '--header', 'junk'],
      "--header is not a name and a value: 'Approov-Token: eyJ…'",
    ],
  ])('%j is refused', async (more, says) => {
    const { status, err } = await command(['check-config', FILE, ...more], ENV);
    expect([status, err]).toEqual([2, expect.stringContaining(says)]);
  });
});
