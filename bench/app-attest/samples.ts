import { isUtf8 } from 'node:buffer';
import { createPublicKey, type KeyObject } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { verifyAppAttestAttestation } from 'attestkit/app-attest';
import { createVirtualApple } from 'attestkit-testing';

/** An attestation with all that it is held to. */
export interface AttestationSample {
  readonly attestation: Buffer;
  /** The same in base64, as an app sends it. */
  readonly text: string;
  readonly challenge: string;
  /** Base64. */
  readonly keyId: string;
  readonly appId: string;
  readonly environment: 'production' | 'development';
  /** A minute after it was issued. */
  readonly now: number;
}

/** An assertion with all that it is held to. The public key in each form that somebody takes. */
export interface AssertionSample {
  readonly assertion: Buffer;
  /** The same in base64, as an app sends it. */
  readonly text: string;
  readonly clientData: Buffer;
  readonly appId: string;
  readonly previousCounter: number;
  readonly pem: string;
  readonly spki: Buffer;
  readonly key: KeyObject;
}

/** A receipt with all that it is held to. */
export interface ReceiptSample {
  readonly receipt: Buffer;
  readonly appId: string;
  readonly spki: Buffer;
  readonly now: number;
}

export interface AppAttestSamples {
  readonly attestations: readonly AttestationSample[];
  readonly assertions: readonly AssertionSample[];
  readonly receipts: readonly ReceiptSample[];
  /** DER, for those of a virtual Apple; undefined for those of real devices, which chain to Apple's. */
  readonly roots: { readonly attestation: Uint8Array; readonly receipt: Uint8Array } | undefined;
}

const FOLDER =
  process.env['ATTESTKIT_VECTORS'] ?? fileURLToPath(new URL('../../../../shared/vectors', import.meta.url));

/** Published evidence of real devices; where it is absent, that of a virtual iPhone. */
export function appAttestSamples(): AppAttestSamples {
  return existsSync(`${FOLDER}/app-attest`) ? published() : virtual();
}

/** An evidence file; bytes are in base64. */
type EvidenceFile = Readonly<Record<string, string>>;

function published(): AppAttestSamples {
  return {
    // Challenges that are text, as the guard's are. Without one a file has what the app hashed, which peers do not take.
    attestations: genuine('attestation')
      .filter(({ challenge }) => challenge !== undefined && isUtf8(bytes(challenge)))
      .map((file) =>
        justIssued({
          attestation: bytes(file['attestation']),
          text: file['attestation'] as string,
          challenge: bytes(file['challenge']).toString('utf8'),
          keyId: file['keyId'] as string,
          appId: file['appId'] as string,
          environment: file['environment'] as AttestationSample['environment'],
          now: Date.parse(file['at'] as string),
        }),
      ),
    assertions: genuine('assertion').map((file) => ({
      assertion: bytes(file['assertion']),
      text: file['assertion'] as string,
      clientData: bytes(file['clientData']),
      appId: file['appId'] as string,
      previousCounter: Number(file['previousCounter']),
      ...keyForms(createPublicKey(file['publicKey'] as string)),
    })),
    receipts: genuine('receipt').map((file) => ({
      receipt: bytes(file['receipt']),
      appId: file['appId'] as string,
      spki: keyForms(createPublicKey(file['publicKey'] as string)).spki,
      now: Date.parse(file['at'] as string),
    })),
    roots: undefined,
  };
}

/** As of the time at which the device sent it: the guard wants a receipt that was made just now. */
function justIssued(sample: AttestationSample): AttestationSample {
  const { attestation, appId, environment, keyId, challenge, now } = sample;
  const expected = { appIds: [appId], environments: [environment], keyId, challenge, now };
  return { ...sample, now: verifyAppAttestAttestation(attestation, expected).issuedAt + 60_000 };
}

function genuine(kind: string): EvidenceFile[] {
  const folder = `${FOLDER}/app-attest`;
  return readdirSync(folder)
    .filter((name) => name.startsWith(kind))
    .map((name) => JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')))
    .filter(({ expected }) => expected.verdict === 'pass');
}

/** How many keys the virtual iPhone makes. */
const KEYS = 16;

function virtual(): AppAttestSamples {
  const apple = createVirtualApple();
  const appId = 'TEAMID1234.com.example.app';
  const phone = apple.createIPhone({ appId });
  const keys = Array.from({ length: KEYS }, () => phone.generateKey());
  const now = Date.now();
  const [challenge, clientData] = ['challenge of the virtual iPhone', Buffer.from('client data')];
  return {
    attestations: keys.map((key) => {
      const attestation = Buffer.from(key.attest({ challenge }));
      const text = attestation.toString('base64');
      return { attestation, text, challenge, keyId: key.keyId, appId, environment: 'production', now };
    }),
    assertions: keys.map((key) => {
      const assertion = Buffer.from(key.assert({ clientData }));
      const spki = Buffer.from(key.publicKey);
      const text = assertion.toString('base64');
      const forms = keyForms(createPublicKey({ key: spki, format: 'der', type: 'spki' }));
      return { assertion, text, clientData, appId, previousCounter: 0, ...forms };
    }),
    receipts: keys.map((key) => ({
      receipt: Buffer.from(key.receipt()),
      appId,
      spki: Buffer.from(key.publicKey),
      now,
    })),
    roots: { attestation: apple.attestationRoot, receipt: apple.receiptRoot },
  };
}

function keyForms(key: KeyObject): Pick<AssertionSample, 'pem' | 'spki' | 'key'> {
  return {
    pem: key.export({ type: 'spki', format: 'pem' }) as string,
    spki: key.export({ type: 'spki', format: 'der' }),
    key,
  };
}

function bytes(base64: string | undefined): Buffer {
  return Buffer.from(base64 ?? '', 'base64');
}

/**
 * Hands out samples as an HTTP server would: bytes and text are new in every call, so that nobody profits from what
 * an earlier one has left behind.
 */
export function freshSamples<Sample extends object>(samples: readonly Sample[]): (count: number) => Sample[] {
  let at = 0;
  return (count) =>
    Array.from({ length: count }, () => {
      at = (at + 1) % samples.length;
      const members = Object.entries(samples[at] as Sample);
      return Object.fromEntries(members.map(([name, value]) => [name, copyOf(value)])) as Sample;
    });
}

function copyOf(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return Buffer.from(value);
  return typeof value === 'string' ? Buffer.from(value).toString() : value;
}
