import { describe, expect, it } from 'vitest';
import { facts } from '../../src/cli/report/render-facts.js';
import { integers } from '../key-attestation/support/describe.js';
import { named, remoteDrafts } from '../key-attestation/support/forge.js';
import { octets } from '../../../testing/src/encode/der.js';
import { chainFile, PAYLOAD } from '../inspect/support/android-files.js';
import { cli } from './support/terminal.js';

async function inspected(file: object, ...argv: readonly string[]): Promise<string> {
  return (await cli(['inspect', '-', ...argv], {}, { stdin: JSON.stringify(file) })).out;
}

const HARDWARE = 'keyDescription.hardwareEnforced';

describe('what a key description says, as text', () => {
  it('has the names of numbers beside them', async () => {
    const out = await inspected(chainFile({ hardware: { 6: integers(5, 99) } }));
    for (const line of [
      'purpose: [2,3]  sign, verify',
      'algorithm: 3  EC',
      'digest: [4]  SHA-256',
      'padding: [5,99]  PKCS#1 signature, unknown',
      'ecCurve: 1  P-256',
      'origin: 0  generated',
      'keySize: 256  bits',
    ])
      expect(out).toContain(`\n  ${HARDWARE}.${line}\n`);
    expect(out).toMatch(/\.creationDateTime: \d+\s+2026-06-15T11:59:55\.000Z\s\(5 seconds earlier\)\n/);
    expect(out).toContain('\n  key.algorithm: "ecdsa-sha256"\n');
  });

  it('has the names of attributes and signature algorithms, and no subject is too long', async () => {
    const drafts = remoteDrafts();
    const long = 'x'.repeat(250);
    Object.assign(drafts[1] as object, {
      subject: named(['CN', long], ['O', 'TEE'], ['OU', 'Unit'], ['SERIAL', '65d2'], ['T', 'TEE']),
    });
    const out = await inspected(chainFile(undefined, drafts));
    expect(out).toContain('\n  facts.subjects[0]: "CN=Android Keystore Key"\n');
    expect(out).toContain('\n  facts.subjects[2]: "O=Google LLC, CN=Droid CA3"\n');
    const joined = out.replaceAll(/\n */g, '');
    expect(joined).toContain(long);
    expect(joined).toContain('O=TEE, OU=Unit, serialNumber=65d2, T=TEE"');
    expect(joined).toContain('1.2.840.10045.4.3.2"');
    expect(out.replaceAll(/\s+/g, ' ')).toContain('ecdsa-with-SHA256, ecdsa-with-SHA256, ecdsa-with-SHA384');
    expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('leaves JSON as it is', async () => {
    const { result } = JSON.parse(await inspected(chainFile(), '--json')) as {
      readonly result: { readonly keyDescription: unknown; readonly facts: { readonly subjects: unknown } };
    };
    expect(result).toMatchObject({ keyDescription: { hardwareEnforced: { purpose: [2, 3], origin: 0 } } });
    expect(result.facts.subjects).toContain('2.5.4.10=Google LLC, 2.5.4.3=Droid CA3');
  });

  it.each<[string, object, readonly string[]]>([
    ['numbers elsewhere', { purpose: [2], a: { origin: 0 } }, ['purpose: [2]', 'a.origin: 0']],
    ['empty lists', { hardwareEnforced: { purpose: [] } }, ['hardwareEnforced.purpose: []']],
    [
      'names that every object has',
      { hardwareEnforced: { constructor: 1, digest: ['constructor'] } },
      ['hardwareEnforced.constructor: 1', 'hardwareEnforced.digest: ["constructor"]  unknown'],
    ],
    ['times that are none', { timestampMillis: 1e300 }, ['timestampMillis: 1e+300']],
    ['bytes', { receipt: 'A'.repeat(201) }, ['receipt: 201 characters, shown by --json']],
    ['subjects that are none', { subjects: 'x' }, ['subjects: "x"']],
  ])('leaves %s', (_, all, lines) => {
    expect(facts(all)).toEqual(lines.map((line) => `  ${line}`));
  });
});

describe('identifiers of the device', () => {
  const IDENTIFIERS = {
    713: 'SERIAL-0042',
    714: '351163520096208',
    715: 'A0000049DE0042',
    723: '351163520096216',
  };
  const hardware = Object.fromEntries(Object.entries(IDENTIFIERS).map(([tag, text]) => [tag, octets(text)]));
  const file = chainFile({ hardware });

  it('are masked in text, but for their last two characters', async () => {
    const out = await inspected(file);
    const shown = out.split('\n').filter((line) => line.includes('.attestationId'));
    for (const identifier of Object.values(IDENTIFIERS)) {
      expect(out).not.toContain(identifier);
      expect(out).not.toContain(identifier.slice(-8));
      expect(shown.join('\n')).not.toContain(identifier.slice(-3));
    }
    expect(out).toContain(`\n  ${HARDWARE}.attestationIdSerial: "*********42"\n`);
    expect(out).toContain(`\n  ${HARDWARE}.attestationIdImei: "*************08"\n`);
    expect(out).toContain(`\n  ${HARDWARE}.attestationIdSecondImei: "*************16"\n`);
    expect(out).toContain(`\n  ${HARDWARE}.attestationIdMeid: "************42"\n`);
  });

  it('are masked where nothing vouches for them as well', async () => {
    const out = await inspected({ ...file, roots: undefined });
    expect(out).toContain('\nFAIL ERR_KEY_ATTESTATION_ROOT_UNKNOWN\n');
    for (const identifier of Object.values(IDENTIFIERS)) expect(out).not.toContain(identifier);
  });

  it('are whole in JSON', async () => {
    const json = await inspected(file, '--json');
    for (const identifier of Object.values(IDENTIFIERS)) expect(json).toContain(identifier);
  });

  it.each([
    ['', ''],
    ['A', '*'],
    ['AA', '**'],
    ['AAAB', '**AB'],
    ['😀😀😀', '*😀😀'],
    ['A'.repeat(300), `${'*'.repeat(298)}AA`],
  ])('however long they are: %j', (uniqueId, masked) => {
    const [text = ''] = [facts({ keyDescription: { uniqueId } }).join('').replaceAll(' ', '')];
    expect(text).toBe(`keyDescription.uniqueId:"${masked}"`);
  });
});

describe('the times of Play Integrity', () => {
  it('are times', async () => {
    const out = await inspected(PAYLOAD);
    expect(out).toMatch(
      /\n {2}requestDetails\.timestampMillis: 1780315195000 {2}2026-06-01T11:59:55\.000Z \(5\n {2}seconds earlier\)\n/,
    );
    const said = out.replaceAll(/\s+/g, ' ');
    expect(said).toContain(
      'requested 2026-06-01T11:59:55.000Z (5 seconds earlier), and it is 2026-06-01T12:00:00.000Z',
    );
  });
});
