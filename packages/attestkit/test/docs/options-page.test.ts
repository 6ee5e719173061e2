import { describe, expect, it } from 'vitest';
import { pageText } from './support/page-table.js';

// docs/options.md ends with a block that the compiler checks: `Required` fails if an option is missing there. Here the
// tables above it are compared with that block, so that no option is missing in them either.

const page = pageText('options.md');
const [tables = '', block = ''] = page.split('\n## All of them at once\n');

/** The section that describes the options of a type. */
const SECTIONS: Readonly<Record<string, string>> = {
  GuardOptions: '`createGuard(options)`',
  GuardFromEnvOptions: '`guardFromEnv(options)`',
  RouteOptions: 'A route: `protect(guard, options)`',
  DevicesOptions: '`devices(options)`',
  DeviceSettings: '`devices(options)`',
  sessions: '`devices(options)`',
  limits: '`devices(options)`',
  policy: '`devices(options)`',
  AppAttestOptions: '`appAttest(options)`',
  AppleReceiptsOptions: '`appleReceipts(options)`',
  KeyAttestationOptions: '`keyAttestation(options)`',
  AndroidApp: '`keyAttestation(options)`',
  RemoteRevocationsOptions: '`remoteRevocations(url, options)`',
  StoredRevocationsOptions: '`storedRevocations(document, options)`',
  PlayIntegrityOptions: '`playIntegrity(options)`',
  PlayIntegrityApp: '`playIntegrity(options)`',
  AppCheckOptions: '`appCheck(options)`',
  AppCheckEnrollmentOptions: '`appCheck(options)`',
  GoogleOptions: '`googlePlayIntegrity(options)`, `googleAppCheck(options)`',
  GoogleAppCheckOptions: '`googlePlayIntegrity(options)`, `googleAppCheck(options)`',
  SignedTokenOptions: '`signedToken(options)`',
  DevelopmentAttesterOptions: '`developmentAttester(options)`',
  ApproovOptions: '`approov(options)`',
  BindingOptions: '`approov(options)`',
  MessageSigningOptions: '`approov(options)`',
  RemoteJwksOptions: '`remoteJwks(url, options)`',
  MemoryStoreOptions: 'Stores',
  DeadlineOptions: 'Stores',
  RedisStoreOptions: 'Stores',
  PostgresStoreOptions: 'Stores',
};

/** The names in the first column of each table of a section. */
function namesIn(section: string): ReadonlySet<string> {
  const [, own = ''] = tables.split(`\n## ${section}\n`);
  const [text = ''] = own.split('\n## ');
  return new Set([...text.matchAll(/^\| `(\w+)` +\|/gm)].map(([, name = '']) => name));
}

/** The names of the members of the object that begins at a brace, its own alone. */
function membersAt(start: number): readonly string[] {
  let depth = 0;
  let own = '';
  for (const character of block.slice(start)) {
    if (/[[{(]/.test(character)) depth += 1;
    if (/[\]})]/.test(character)) depth -= 1;
    if (depth === 0) break;
    if (depth === 1) own += character;
  }
  const members = own
    .replaceAll(/\/\/.*$/gm, '')
    .slice(1)
    .split(',');
  return members.map((member) => /^\s*(\w*)/.exec(member)?.[1] ?? '').filter((name) => name !== '');
}

/** The objects of the block, by their type, and those in them that have a table too. */
const blocks = [...block.matchAll(/(?:: Required<(\w+)> = |^ {2}(sessions|limits|policy): )\{/gm)].map(
  ({ 1: type, 2: member = '', index, 0: { length } }) =>
    [type ?? member, membersAt(index + length - 1)] as const,
);

describe('docs/options.md', () => {
  it('has a section for every type of options in its block', () => {
    const types = new Set(blocks.map(([type]) => type));
    expect([...types].toSorted()).toEqual(Object.keys(SECTIONS).toSorted());
  });

  it.each(blocks)('has a row for each of %s', (type, names) => {
    const rows = namesIn(SECTIONS[type] ?? '');
    expect(names.filter((name) => !rows.has(name))).toEqual([]);
  });

  it('has no line over 200 characters', () => {
    expect(page.split('\n').filter((line) => line.length > 200)).toEqual([]);
  });
});
