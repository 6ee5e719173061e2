import { hash, X509Certificate, type KeyObject } from 'node:crypto';
import type { CertificateFacts, EvidencePart } from './part.js';
import { cut } from './sheet.js';

/** Signatures of one piece of evidence that are verified to find who signed whom: each costs as much as one of the verifier. */
const MOST_TRIES = 32;

/**
 * Roots that evidence may chain to, by SHA-256 of their public key (SubjectPublicKeyInfo) in base64. The rooms that verify
 * have the certificates; a test compares the two.
 */
const ROOTS: ReadonlyMap<string, string> = new Map([
  ['GudR/SmJbQ8fE/4ibAY/RF1A2JOKzGJFwlHswGeTML0=', 'Apple App Attestation Root CA'],
  ['myGdD7/zal+zIJBXGQa87qaGF8gzo/YbgeliqOZNuK8=', 'Apple Root CA - G3'],
  ['/rLqdVHuMW7Uu0Q8gpO4hNv96kC2A+4+T0qJfkWA+64=', 'Google hardware attestation root (RSA)'],
  ['PuRFEqGvK+s5yIlJDGDqP4LkP11aVTL1q5QZ9nbNB+w=', 'Google hardware attestation root (P-384)'],
  ['1RAMeULvLoMQ3DDvgnKWgM9I1pBzXD9oF5ozx8Nw8oY=', 'AOSP software attestation root (P-256): not trusted'],
  ['8sR0b1RZRsEA5yKX+PlGNE1wUvA6L2lCIfnIk7Dm9xE=', 'AOSP software attestation root (RSA): not trusted'],
]);

interface Read {
  readonly index: number;
  readonly certificate: X509Certificate;
  readonly key: KeyObject | undefined;
  readonly facts: Omit<CertificateFacts, 'signedBy'>;
}

/** Adds what the certificates among the parts say, and which of them signed which. */
export function withCertificateFacts(
  parts: readonly EvidencePart[],
  isCertificate: (part: EvidencePart) => boolean,
): readonly EvidencePart[] {
  const all = parts.flatMap((part, index): readonly Read[] => {
    const read = isCertificate(part) ? readCertificate(part, index) : undefined;
    return read === undefined ? [] : [read];
  });
  const signers = signersOf(all);
  return parts.map((part, index) => {
    const facts = all.find((each) => each.index === index)?.facts;
    return facts === undefined ? part : { ...part, certificate: { ...facts, signedBy: signers.get(index) } };
  });
}

function readCertificate({ bytes, root }: EvidencePart, index: number): Read | undefined {
  try {
    const der = Buffer.from(bytes, 'base64');
    const certificate = new X509Certificate(der);
    const info = (root?.children[0]?.children ?? []).find(({ label }) => label === 'subjectPublicKeyInfo');
    if (info === undefined) return undefined;
    const pin = hash('sha256', der.subarray(info.offset, info.offset + info.length), 'base64');
    const key = keyOf(certificate);
    const facts = {
      subject: nameOf(certificate.subject),
      issuer: nameOf(certificate.issuer),
      notBefore: isoOf(certificate.validFrom),
      notAfter: isoOf(certificate.validTo),
      serialNumber: certificate.serialNumber.toLowerCase(),
      key: key === undefined ? 'unreadable' : describeKey(key),
      root: ROOTS.get(pin),
      pin,
    };
    return { index, certificate, key, facts };
  } catch {
    return undefined; // What OpenSSL does not read has no facts. Its bytes are shown all the same.
  }
}

function keyOf(certificate: X509Certificate): KeyObject | undefined {
  try {
    return certificate.publicKey;
  } catch {
    return undefined; // A point that is not on its curve, an unknown algorithm.
  }
}

/** `CN=Key Attestation CA1, O=Google LLC`; OpenSSL has a line for each attribute. */
function nameOf(name: string | undefined): string {
  return cut((name ?? '').split('\n').join(', '));
}

function isoOf(time: string): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? time : date.toISOString();
}

const CURVES: Readonly<Record<string, string>> = {
  prime256v1: 'P-256',
  secp384r1: 'P-384',
  secp521r1: 'P-521',
  secp224r1: 'P-224',
};

function describeKey(key: KeyObject): string {
  const { namedCurve = '', modulusLength } = key.asymmetricKeyDetails ?? {};
  const type = key.asymmetricKeyType ?? 'unknown';
  if (type === 'ec') return `EC ${CURVES[namedCurve] ?? namedCurve}`;
  if (type === 'ed25519') return 'Ed25519';
  return modulusLength === undefined ? type : `${type.toUpperCase()} ${modulusLength}`;
}

/** Who signed whom. Those with the name of the issuer come first, then the neighbors in the chain. */
function signersOf(all: readonly Read[]): ReadonlyMap<number, number> {
  const signers = new Map<number, number>();
  let tries = 0;
  for (const [at, { index, certificate }] of all.entries()) {
    const named = all.filter((each) => each.certificate.subject === certificate.issuer);
    const near = [all[at + 1], all[at - 1], all[at]].filter((each) => each !== undefined);
    for (const candidate of new Set([...named, ...near])) {
      if (tries === MOST_TRIES) return signers;
      tries += 1;
      if (!isSigned(certificate, candidate.key)) continue;
      signers.set(index, candidate.index);
      break;
    }
  }
  return signers;
}

function isSigned(certificate: X509Certificate, key: KeyObject | undefined): boolean {
  try {
    return key !== undefined && certificate.verify(key);
  } catch {
    return false; // A key that OpenSSL refuses to use.
  }
}
