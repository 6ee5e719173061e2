import { generateKeyPairSync, createHmac } from 'node:crypto';
import { ALL, ATTACKS, LONG, NAMES, nested, UNSEEN } from './attacks.js';
import { appCheckFile, approovFile, attestationFile, chainFile, receiptFile } from './catalog/index.js';

const encoded = (text: string | Uint8Array): string => Buffer.from(text).toString('base64url');
const base64 = (text: string | Uint8Array): string => Buffer.from(text).toString('base64');
const secret = Buffer.alloc(64, 1);

/** A token that is rightly signed, so that nothing of it is left out. */
function token(header: string, claims: string): string {
  const input = `${encoded(header)}.${encoded(claims)}`;
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

const HEADER = JSON.stringify({ alg: 'HS256', typ: 'JWT', kid: ALL });
const CLAIMS = `{"exp":4102444800,"did":${JSON.stringify(ALL)},"sub":${JSON.stringify(UNSEEN)},"iss":${JSON.stringify(ALL)},${JSON.stringify(ALL)}:1,${NAMES}}`;

const file = (members: object): string => JSON.stringify({ ...members });

/** CBOR of a short head: major type and argument. */
function head(major: number, value: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt8((major << 5) | 26);
  bytes.writeUInt32BE(value, 1);
  return bytes;
}
const cborText = (text: string): Buffer => {
  const bytes = Buffer.from(text);
  return Buffer.concat([head(3, bytes.length), bytes]);
};

/** A map whose every key and value attacks. */
const CBOR = Buffer.concat([
  head(5, ATTACKS.length + 2),
  ...[...ATTACKS, UNSEEN, '__proto__'].flatMap((attack) => [cborText(attack), cborText(ALL)]),
]);
const DEEP_CBOR = Buffer.concat([Buffer.alloc(10_000, 0x81), Buffer.of(0)]);

/** DER of tag, length and contents. */
function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(contents);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([Buffer.of(tag, 0x84), length, body]);
}
const utf8 = (text: string): Buffer => der(12, Buffer.from(text));
const named = (text: string): Buffer =>
  der(0x30, der(0x31, der(0x30, Buffer.from([6, 3, 0x55, 4, 3]), utf8(text))));
const time = (text: string): Buffer => der(23, Buffer.from(text));

/** A certificate with these names; its signature is not one. */
function certificate(subject: string, issuer: string): Buffer {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = der(0x30, Buffer.from('06082a8648ce3d040302', 'hex'));
  const contents = der(
    0x30,
    der(0xa0, der(2, Buffer.of(2))),
    der(2, Buffer.of(1)),
    algorithm,
    named(issuer),
    der(0x30, time('260101000000Z'), time('270101000000Z')),
    named(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  return der(
    0x30,
    contents,
    algorithm,
    der(3, Buffer.of(0), der(0x30, der(2, Buffer.of(1)), der(2, Buffer.of(1)))),
  );
}

let deepDer: Uint8Array = Buffer.alloc(0);
for (let depth = 0; depth < 2000; depth++) deepDer = der(0x30, deepDer);

const CHAIN = [
  certificate(ALL, ATTACKS[0] ?? ''),
  certificate(ATTACKS[0] ?? '', UNSEEN),
  certificate(UNSEEN, UNSEEN),
];

/** Evidence by what attacks in it. */
export const HOSTILE: Readonly<Record<string, () => string>> = {
  'a header and claims that are signed': () =>
    file({ kind: 'approov-token', token: token(HEADER, CLAIMS), secretBase64: secret.toString('base64') }),
  'a token of an unknown kind': () => token(HEADER, CLAIMS),
  'a claim of 700,000 characters': () =>
    token('{"alg":"HS256"}', JSON.stringify({ exp: 1, did: LONG.slice(0, 500_000) })),
  'a name of 500,000 characters': () =>
    token('{"alg":"HS256"}', JSON.stringify({ [LONG.slice(0, 500_000)]: 1 })),
  'the issuer and audience that are expected': () =>
    file({ ...approovFile(), issuer: ALL, audience: [ALL, UNSEEN] }),
  'a member that is not known': () =>
    `{"kind":"approov-token","token":"x",${JSON.stringify(ALL)}:1,${NAMES}}`,
  'a kind': () => file({ kind: ALL, token: 'x' }),
  'text alone': () => ALL,
  'lines of text': () => ATTACKS.join('\n'),
  'header fields': () => ATTACKS.map((attack) => `${attack}: ${attack}`).join('\r\n'),
  'header fields of a signed message': () =>
    file({
      kind: 'approov-message',
      headers: Object.fromEntries([
        ['approov-token', token(HEADER, CLAIMS)],
        ['signature', ALL],
        ['signature-input', ALL],
        ...ATTACKS.map((attack, index) => [`x-${index}-${attack}`, attack]),
      ]),
      method: ALL,
      url: `https://api.example.com/?${ALL}`,
    }),
  'a session token': () =>
    file({ kind: 'session-token', token: token('{"alg":"HS256","typ":"at+jwt"}', CLAIMS) }),
  'an App Check token': () => {
    const { token: sound, ...rest } = appCheckFile();
    const [, , signature] = String(sound).split('.');
    return file({ ...rest, token: `${encoded(HEADER)}.${encoded(CLAIMS)}.${signature}`, appIds: [ALL] });
  },
  'a Play verdict': () =>
    `{"kind":"play-integrity","payload":{"requestDetails":{"requestPackageName":${JSON.stringify(ALL)},"nonce":${JSON.stringify(ALL)}},"appIntegrity":{"appRecognitionVerdict":${JSON.stringify(ALL)},"certificateSha256Digest":[${JSON.stringify(ALL)}]},"deviceIntegrity":{"deviceRecognitionVerdict":[${JSON.stringify(ALL)}]},${NAMES}},"expect":{"packageName":${JSON.stringify(ALL)}}}`,
  'keys and values in CBOR': () => file({ ...attestationFile(), attestation: base64(CBOR) }),
  'CBOR that is 10,000 deep': () => file({ ...attestationFile(), attestation: base64(DEEP_CBOR) }),
  'identifiers that are expected of an attestation': () => file({ ...attestationFile(), appId: ALL }),
  'a receipt': () => file({ ...receiptFile(), receipt: base64(der(0x30, utf8(ALL), utf8(UNSEEN))) }),
  'names of certificates': () =>
    file({ ...chainFile(), certificateChain: CHAIN.map(base64), roots: undefined }),
  'certificates that are 2,000 deep': () =>
    file({ ...chainFile(), certificateChain: [deepDer, deepDer, deepDer].map(base64) }),
  'the app that is expected': () => {
    const apps = [{ packageName: ALL, signingCertificates: ['ab'.repeat(32)] }];
    return file({ ...chainFile(), apps });
  },
  'a policy': () => file({ ...chainFile(), policy: { [ALL]: ALL } }),
  'a value of a policy': () => file({ ...chainFile(), policy: { verifiedBoot: ALL, minimumOs: ALL } }),
  'JSON that is 10,000 deep': () => nested(10_000),
  'a claim that is 10,000 deep': () => token('{"alg":"HS256"}', `{"exp":1,"deep":${nested(10_000)}}`),
  'an event': () =>
    `{"type":"decision","code":"ERR_APPROOV_TOKEN_EXPIRED","at":${JSON.stringify(ALL)},"route":${JSON.stringify(ALL)},${NAMES}}`,
  'the code of an event': () => JSON.stringify({ type: 'decision', code: ALL }),
  'a mebibyte': () => LONG + LONG.slice(0, 300_000),
};
