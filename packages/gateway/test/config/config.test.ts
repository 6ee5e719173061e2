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
      /^g\.yaml:3:5 .*cannot be read \(ENOENT\)/,
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
