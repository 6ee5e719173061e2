// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 cannot be imported without it
import 'reflect-metadata';
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  webcrypto,
  X509Certificate,
} from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import * as x509 from '@peculiar/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command, folder } from './support/command.js';

const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

function file(name: string, bytes: string | Uint8Array): string {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
}

/** Of a key in the words of RFC 7469: independent of how the command reads it. */
function pinOf(spki: Uint8Array): string {
  return createHash('sha256').update(spki).digest('base64');
}

const backup = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const backupPin = pinOf(backup.publicKey.export({ type: 'spki', format: 'der' }));
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
let certificate: x509.X509Certificate;
let current: webcrypto.CryptoKeyPair;
let currentPin: string;
let pem: string;

beforeAll(async () => {
  current = (await webcrypto.subtle.generateKey(ECDSA, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  currentPin = pinOf(new Uint8Array(await webcrypto.subtle.exportKey('spki', current.publicKey)));
  certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: 'CN=api.example.com',
      notBefore: new Date('2020-01-01T00:00:00Z'),
      notAfter: new Date('2040-01-01T00:00:00Z'),
      keys: current,
      signingAlgorithm: ECDSA,
      extensions: [
        new x509.SubjectAlternativeNameExtension([
          { type: 'dns', value: '*.example.com' },
          { type: 'dns', value: 'localhost' },
        ]),
      ],
    },
    webcrypto as never,
  );
  pem = certificate.toString('pem');
});

describe('pins', () => {
  it('writes the pins of certificate and backup key, for Android and iOS', async () => {
    const key = file('backup.pem', backup.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const { status, out, err } = await command([
      'pins',
      file('cert.pem', pem),
      key,
      '--domain',
      'api.example.com',
    ]);
    expect([status, err]).toEqual([0, '']);
    expect(out).toContain(`${currentPin}  ${join(folder, 'cert.pem')}, until 2040-01-01T00:00:00.000Z\n`);
    expect(out).toContain(`${backupPin}  ${key}\n`);
    expect(out).toContain(`      <domain includeSubdomains="false">api.example.com</domain>
      <pin-set>
        <pin digest="SHA-256">${currentPin}</pin>
        <pin digest="SHA-256">${backupPin}</pin>
      </pin-set>
`);
    expect(out).toContain(`      <key>api.example.com</key>
      <dict>
        <key>NSPinnedLeafIdentities</key>
        <array>
          <dict><key>SPKI-SHA256-BASE64</key><string>${currentPin}</string></dict>
          <dict><key>SPKI-SHA256-BASE64</key><string>${backupPin}</string></dict>
        </array>
      </dict>
`);
    expect(out).not.toContain('one key alone');
  });

  it('reads every form of a key, and of a certificate', async () => {
    const { privateKey, publicKey } = backup;
    const forms = [
      file('a.pem', privateKey.export({ type: 'sec1', format: 'pem' })),
      file('b.der', privateKey.export({ type: 'pkcs8', format: 'der' })),
      file('c.pem', publicKey.export({ type: 'spki', format: 'pem' })),
      file('d.der', publicKey.export({ type: 'spki', format: 'der' })),
    ];
    const { out } = await command(['pins', ...forms, '--json', '--domain', 'a.example']);
    const { pins } = JSON.parse(out) as { readonly pins: readonly { readonly pin: string }[] };
    expect(pins.map(({ pin }) => pin)).toEqual(forms.map(() => backupPin));
    const of = [file('e.der', new Uint8Array(certificate.rawData)), file('f.pem', `${pem}\n${pem}`)];
    const certificates = await command(['pins', ...of, '--json']);
    expect(JSON.parse(certificates.out)).toEqual({
      domain: 'example.com',
      pins: of.map((each) => ({ of: each, pin: currentPin, validTo: '2040-01-01T00:00:00.000Z' })),
    });
    const rsaFile = file('rsa.pem', rsa.privateKey.export({ type: 'pkcs1', format: 'pem' }));
    const { out: ofRsa } = await command(['pins', rsaFile, '--json', '--domain', 'a.example']);
    expect(ofRsa).toContain(pinOf(rsa.publicKey.export({ type: 'spki', format: 'der' })));
  });

  it('warns of one key alone', async () => {
    const one = file('one.pem', pem);
    expect((await command(['pins', one])).out).toContain('This is one key alone. Add a backup key');
    expect((await command(['pins', one, one])).out).toContain('This is one key alone.');
  });

  it('reads a server, if its certificate is valid', async () => {
    const key = createPrivateKey({
      key: Buffer.from(await webcrypto.subtle.exportKey('pkcs8', current.privateKey)),
      format: 'der',
      type: 'pkcs8',
    });
    const server = createServer({ cert: pem, key: key.export({ type: 'pkcs8', format: 'pem' }) }).listen(
      0,
      '127.0.0.1',
    );
    afterAll(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    // Signed by itself: anybody on the way could show one.
    const { status, err } = await command(['pins', `localhost:${port}`]);
    expect([status, err]).toEqual([
      2,
      expect.stringMatching(/localhost:\d+ does not show a valid certificate \(\w*SELF_SIGNED\w*\)/),
    ]);
    const closed = await command(['pins', 'localhost:1']);
    expect([closed.status, closed.err]).toEqual([2, expect.stringContaining('(ECONNREFUSED)')]);
  });

  it.each([
    ['nothing', [], 'it needs a CERT, a KEY or a HOST:PORT'],
    [
      'no file',
      ['none.pem'],
      'none.pem is neither a server (HOST:PORT) nor a file that can be read (ENOENT)',
    ],
    ['a file of something else', ['BROKEN'], 'has no certificate and no key that can be read'],
    ['a key without a domain', ['KEY'], 'it needs --domain NAME: no certificate says a name'],
    [
      'a domain that is none',
      ['KEY', '--domain', '</domain><x>'],
      '--domain </domain><x> is not the name of a domain',
    ],
  ])('refuses %s', async (_, given, says) => {
    const names: Readonly<Record<string, string>> = {
      BROKEN: file('broken.pem', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'),
      KEY: file('key.pem', createPublicKey(backup.privateKey).export({ type: 'spki', format: 'pem' })),
    };
    const { status, out, err } = await command(['pins', ...given.map((each) => names[each] ?? each)]);
    expect([status, out, err]).toEqual([2, '', expect.stringContaining(says)]);
  });

  it('takes no name out of a certificate that is none', async () => {
    const odd = await x509.X509CertificateGenerator.createSelfSigned(
      {
        name: 'CN=x',
        keys: current,
        signingAlgorithm: ECDSA,
        extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: 'a</key><x>' }])],
      },
      webcrypto as never,
    );
    expect(new X509Certificate(odd.toString('pem')).subjectAltName).toContain('</key>');
    const { status, err } = await command(['pins', file('odd.pem', odd.toString('pem'))]);
    expect([status, err]).toEqual([2, expect.stringContaining('it needs --domain NAME')]);
  });
});
