import { describe, expect, it } from 'vitest';
import { adminGateway, ask, OPERATOR, signIn, TOKENS } from '../support/ask.js';

const proxy = (peers: string): string =>
  `proxy: { header: X-Forwarded-User, trustedPeers: ${peers}, operators: [alice] }`;
const { adminUrl } = await adminGateway(proxy('[loopback]'));
const { adminUrl: behindOther } = await adminGateway(`${proxy('[10.0.0.5]')}, ${TOKENS}`);
const named = async (users: readonly string[], url = adminUrl, field = 'X-Forwarded-User') =>
  await ask(url, { path: '/api/session', lines: { [field]: users } });

describe('a proxy in front that signs in', () => {
  it.each([
    ['alice', 'operate'],
    ['bob', 'read'],
    ['ALICE', 'read'],
    ['alice, bob', 'read'],
    ['bob@example.com', 'read'],
    ['x'.repeat(128), 'read'],
  ])('names %s, who may %s', async (user, role) => {
    const answer = await named([user]);
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([200, { name: user, role }]);
    expect(answer.headers.has('set-cookie')).toBe(false);
  });

  it.each([
    ['nobody', []],
    ['nobody by an empty line', ['']],
    ['two', ['bob', 'alice']],
    ['the same twice', ['alice', 'alice']],
    ['a long one', ['x'.repeat(129)]],
    ['one that is not ASCII', ['al\u00EFce']],
    ['one with a control character', ['ali\u0009ce']],
  ])('is refused if it names %s', async (_, users) => {
    expect((await named(users)).status).toBe(401);
  });

  it('is the listed one alone: loopback too has to be listed', async () => {
    expect((await named(['alice'], behindOther)).status).toBe(401);
    expect((await signIn(behindOther, OPERATOR, { lines: { 'x-forwarded-user': ['alice'] } })).status).toBe(
      200,
    );
  });

  it('is refused with another field', async () => {
    expect((await named(['alice'], adminUrl, 'X-Forwarded_User')).status).toBe(401);
    expect((await named(['alice'], adminUrl, 'X-Forwarded-Users')).status).toBe(401);
  });

  it('signs in and out itself', async () => {
    const lines = { 'x-forwarded-user': ['alice'] };
    expect((await signIn(adminUrl, OPERATOR, { lines })).status).toBe(409);
    expect((await ask(adminUrl, { method: 'DELETE', path: '/api/session', lines })).status).toBe(409);
  });

  it('does not free a user who reads from the role', async () => {
    const body = JSON.stringify({ action: 'forget', recordId: 'r' });
    const change = async (user: string) =>
      await ask(adminUrl, {
        method: 'POST',
        path: '/api/devices/change',
        body,
        lines: { 'x-forwarded-user': [user] },
      });
    expect([(await change('bob')).status, (await change('alice')).status]).toEqual([403, 404]);
  });

  it('does not free a page from coming from here', async () => {
    const lines = { 'x-forwarded-user': ['alice'], 'sec-fetch-site': ['same-site'] };
    const body = JSON.stringify({ action: 'forget', recordId: 'r' });
    expect((await ask(adminUrl, { method: 'POST', path: '/api/devices/change', body, lines })).status).toBe(
      403,
    );
  });
});

describe('the configuration of admin', () => {
  it.each([
    ['proxy: { header: X-User, trustedPeers: [0.0.0.0/0] }', 'admin.proxy.trustedPeers trusts everybody'],
    ['proxy: { header: X-User, trustedPeers: [proxy] }', 'admin.proxy.trustedPeers has "proxy"'],
    ['proxy: { header: X-User }', 'admin.proxy.trustedPeers is not set'],
    [
      "proxy: { header: 'X User', trustedPeers: [::1] }",
      'admin.proxy.header is not the name of a header field',
    ],
    ['tokens: []', 'admin.tokens is empty'],
    [
      'tokens: [{ name: a, role: read, token: plain-text-is-not-a-secret-here }]',
      'is a secret in plain text',
    ],
    ["tokens: [{ name: a, role: read, token: '${SHORT}' }]", 'admin.tokens[0].token is shorter than 24'],
    [
      "tokens: [{ name: a, role: admin, token: '${READER}' }]",
      'admin.tokens[0].role is neither read nor operate',
    ],
    ["tokens: [{ name: 'a b', role: read, token: '${READER}' }]", 'admin.tokens[0].name is not a name'],
    [
      "tokens: [{ name: a, role: read, token: '${READER}' }, { name: a, role: read, token: '${OPERATOR}' }]",
      'admin.tokens has a name twice',
    ],
    [
      "tokens: [{ name: a, role: read, token: '${READER}' }, { name: b, role: operate, token: '${READER}' }]",
      'admin.tokens has a token twice',
    ],
    ['tokns: []', 'admin.tokns is not known here. Did you mean tokens?'],
    ["history: ''", 'admin.history is empty'],
  ])('is refused: %s', async (admin, says) => {
    await expect(adminGateway(admin.replace('${SHORT}', '${HOME}'))).rejects.toThrow(says);
  });

  it('cannot change while the process runs', async () => {
    const started = await adminGateway();
    const yaml = (admin: string): string =>
      `admin: { listen: '127.0.0.1:0', ${admin} }\nevidence: { approov: { secretBase64: '\${S}' } }\ndefault: {}\n`;
    expect(() => started.reload(yaml(TOKENS.replace('rita', 'rosa')))).toThrow(/admin changed/);
  });
});
