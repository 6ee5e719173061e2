import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { ConfigFileError, loadConfig, startGateway } from 'attestkit-gateway';
import { describe, expect, it } from 'vitest';

const env = {
  APPROOV_BASE64_SECRET: randomBytes(32).toString('base64'),
  JWT_SECRET: randomBytes(48).toString('base64'),
};

/** What is wrong with a configuration, a line for each. */
async function faults(yaml: string, given: NodeJS.ProcessEnv = env): Promise<string[]> {
  try {
    const gateway = await startGateway(loadConfig('g.yaml', yaml, given));
    await gateway.close();
    return [];
  } catch (error) {
    if (!(error instanceof ConfigFileError)) throw error;
    return error.message.split('\n');
  }
}

const RIGHT = `evidence:
  approov:
    secretBase64: \${APPROOV_BASE64_SECRET}
routes:
  - path: /health
    open: true
default: {}
`;

it('a right one has no faults', async () => {
  expect(await faults(RIGHT)).toEqual([]);
});

it('JSON will do too', async () => {
  expect(
    await faults(
      JSON.stringify({ evidence: { approov: { secretBase64: '${APPROOV_BASE64_SECRET}' } }, default: {} }),
    ),
  ).toEqual([]);
});

describe('says in the words of the file what to write', () => {
  const route = (text: string): string => RIGHT.replace('routes:', `routes:\n  - { path: /x, ${text} }`);
  it.each<[string, string, string]>([
    ['an empty file', '', 'g.yaml:1:1 the file is empty. Let attestkit-gateway init write a first one.'],
    [
      'an empty default',
      RIGHT.replace('default: {}', 'default:'),
      'g.yaml:7:1 default is empty. Write default: {}.',
    ],
    [
      'lines that are not indented',
      `traffic:\nlisten: 127.0.0.1:1\n${RIGHT}`,
      'g.yaml:1:1 traffic is empty. Indent what belongs to it below it.',
    ],
    [
      'a port alone',
      `traffic: { listen: 8080 }\n${RIGHT}`,
      'g.yaml:1:12 traffic.listen is 8080, which is not a text. Write an address with a port, such as 127.0.0.1:8080.',
    ],
    [
      'a name nearly right',
      `traffik: {}\n${RIGHT}`,
      'g.yaml:1:1 traffik is not known here. Did you mean traffic?',
    ],
    [
      'another one below',
      `admin: { open: { lisen: 127.0.0.1:1 } }\n${RIGHT}`,
      'admin.open.lisen is not known here. Did you mean listen?',
    ],
    [
      'a name of nothing',
      `log: { colour: blue }\n${RIGHT}`,
      'log.colour is not known here. There are level.',
    ],
    [
      'one method',
      route('methods: POST'),
      'which is not a list. Write a list of methods in capitals, such as [GET, POST].',
    ],
    [
      'a number as a share',
      route('enforcement: 0.1'),
      'Write enforce, report, or a share of clients such as 25%.',
    ],
    [
      'a field of a route',
      route('enforcment: report'),
      'enforcment is not a field of a route. Did you mean enforcement?',
    ],
    [
      'a field of the gateway alone',
      route('method: [GET]'),
      'method is not a field of a route. Did you mean methods?',
    ],
    [
      'an option of devices',
      route('signedRequest: true'),
      'signedRequest needs devices. Add it, or leave this out.',
    ],
    ['sessions without devices', route('accept: [session]'), 'Add devices for session.'],
    [
      'a parameter of FastAPI',
      RIGHT.replace('/health', '"/orders/{id}"'),
      'path has a parameter, such as {id} or :id',
    ],
    [
      'a parameter of Express',
      RIGHT.replace('/health', '/orders/:id'),
      'path has a parameter, such as {id} or :id',
    ],
    [
      'a file that is not there',
      RIGHT.replace('${APPROOV_BASE64_SECRET}', '${file:none}'),
      'none, which does not exist. Make it',
    ],
    [
      'a folder that is not there',
      `${RIGHT}store: sqlite:none/x.db\n`,
      'is in a folder that does not exist. Make the folder',
    ],
    [
      'result tokens that nobody can check',
      `${RIGHT}resultToken: { key: '\${KEY}', issuer: gateway }\n`,
      'resultToken is set, and without traffic no API can get its public keys.',
    ],
  ])('%s', async (_, yaml, says) => {
    expect((await faults(yaml, { ...env, KEY: 'x' })).join('\n')).toContain(says);
  });

  it('a variable that is empty', async () => {
    const said = await faults(RIGHT, { APPROOV_BASE64_SECRET: '' });
    expect(said.join()).toContain('needs the variable APPROOV_BASE64_SECRET, which is empty.');
  });
});

describe('each fault is at its place, with a remedy', () => {
  it.each<[string, string, RegExp]>([
    ['a tab', 'a:\n\tb: 1', /^g\.yaml:2:1 .*not valid YAML/],
    ['a name twice', 'default: {}\ndefault: {}', /^g\.yaml:2:1 .*unique/],
    ['an alias', `${RIGHT}x: &a 1\ny: *a\n`, /^g\.yaml:8:\d+ .*(alias|anchor)/],
    ['a field that is not known', `${RIGHT}trafic: {}\n`, /^g\.yaml:8:1 trafic is not known/],
    ['no default', RIGHT.replace('default: {}\n', ''), /default is not set/],
    [
      'an open default',
      RIGHT.replace('default: {}', 'default: { open: true }'),
      /^g\.yaml:7:\d+ default\.open would let every request through/,
    ],
    [
      'an unknown kind',
      RIGHT.replace('approov:', 'aproov:'),
      /^g\.yaml:2:3 evidence\.aproov is not a kind of evidence here\. Give one of approov/,
    ],
    [
      'an option of the library',
      RIGHT.replace('secretBase64:', 'header: 7\n    secretBase64:'),
      /^g\.yaml:3:5 evidence\.approov\.header /,
    ],
    [
      'a misspelt option',
      RIGHT.replace('secretBase64:', 'leeway: 7\n    secretBase64:'),
      /^g\.yaml:3:5 evidence\.approov\.leeway/,
    ],
    [
      'a secret in plain text',
      RIGHT.replace('${APPROOV_BASE64_SECRET}', env.APPROOV_BASE64_SECRET),
      /^g\.yaml:3:5 evidence\.approov\.secretBase64 is a secret in plain text/,
    ],
    [
      'a password in plain text',
      `${RIGHT}store: redis://user:word@host:6379\n`,
      /^g\.yaml:8:1 store is a secret in plain text/,
    ],
    [
      'a variable that is not set',
      RIGHT.replace('APPROOV_BASE64_SECRET', 'MISSING'),
      /^g\.yaml:3:5 .*needs the variable MISSING.* Set MISSING\./,
    ],
    [
      'a file that is not there',
      RIGHT.replace('APPROOV_BASE64_SECRET', 'file:none'),
      /^g\.yaml:3:5 .*does not exist/,
    ],
    [
      'an address that is none',
      `${RIGHT}traffic: { listen: here }\n`,
      /^g\.yaml:8:12 traffic\.listen is not an address/,
    ],
    [
      'a network that is none',
      `${RIGHT}trustedProxies: [10.0.0.0/40]\n`,
      /^g\.yaml:8:1 trustedProxies has "10\.0\.0\.0\/40"/,
    ],
    ['everybody trusted', `${RIGHT}trustedProxies: [0.0.0.0/0]\n`, /trustedProxies trusts everybody/],
    ['a pattern that is none', RIGHT.replace('/health', '/a//b'), /^g\.yaml:5:\d+ routes\[0\]\.path /],
    [
      'an option of a route',
      RIGHT.replace('open: true', 'signedRequests: true'),
      /^g\.yaml:6:5 routes\[0\]\.signedRequests/,
    ],
    [
      'open with demands',
      RIGHT.replace('open: true', 'open: true\n    binding: authorization'),
      /routes\[0\]\.open contradicts binding/,
    ],
    [
      'an upstream that is not there',
      RIGHT.replace('open: true', 'open: true\n    upstream: x'),
      /routes\[0\]\.upstream is not one of upstreams/,
    ],
    [
      'an upstream with a path',
      `${RIGHT}upstreams: { api: 'http://127.0.0.1/x' }\n`,
      /^g\.yaml:8:14 upstreams\.api has a path/,
    ],
    [
      'a share that is none',
      RIGHT.replace('open: true', 'enforcement: 200%'),
      /routes\[0\]\.enforcement is not enforce, report, or a share/,
    ],
  ])('%s', async (_, yaml, expected) => {
    const found = await faults(yaml);
    expect(found.join('\n')).toMatch(expected);
    expect(found.join('\n')).not.toContain(env.APPROOV_BASE64_SECRET);
  });

  it('all of them at once', async () => {
    expect(await faults(`${RIGHT}trafic: 1\nmaxBodyBytes: many\ntraffic: { listen: here }\n`)).toHaveLength(
      3,
    );
  });

  it('routes that cannot be ordered', async () => {
    const yaml = `evidence:
  approov: { secretBase64: '\${APPROOV_BASE64_SECRET}' }
devices:
  evidence: { appAttest: { appIds: [TEAMID1234.com.example.app] } }
  secret: \${JWT_SECRET}
  hashKey: \${APPROOV_BASE64_SECRET}
  audience: https://api.example.com
store: memory
accept: [approov, session]
routes:
  - { path: /a/*, accept: [approov] }
  - { path: /a/b, accept: [session] }
default: {}
`;
    const other = { ...env, APPROOV_BASE64_SECRET: randomBytes(32).toString('base64') };
    expect((await faults(yaml.replace('  hashKey: ${APPROOV_BASE64_SECRET}\n', ''), other)).join()).toMatch(
      /^g\.yaml:11:5 routes\[1\] and \/a\/\* match the same requests/,
    );
  });
});

it('a file keeps one gateway alone', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-'));
  const yaml = `${RIGHT}store: sqlite:state.db\n`;
  writeFileSync(join(folder, 'g.yaml'), yaml);
  const config = loadConfig(join(folder, 'g.yaml'), yaml, env);
  const first = await startGateway(config);
  await expect(startGateway(config)).rejects.toThrow(/in use by another gateway/);
  await first.close();
  await (await startGateway(config)).close();
});

it('an option that requires its kind makes the route stricter than those that take the kind', async () => {
  const yaml = `evidence:
  approov: { secretBase64: '\${APPROOV_BASE64_SECRET}' }
  appCheck: { projectNumber: '123456789012', appIds: ['1:123456789012:android:0a1b2c3d4e5f'] }
accept: [approov, appCheck]
routes:
  - { path: /v2/*, accept: [approov] }
  - { path: /v2/forms, binding: authorization }
  - { path: /v3/*, binding: authorization, enforcement: 25% }
default: {}
`;
  expect(await faults(yaml)).toEqual([]);
  expect((await faults(yaml.replace('accept: [approov] }', 'accept: [appCheck] }'))).join()).toMatch(
    /routes\[1\] and \/v2\/\* match/,
  );
});
