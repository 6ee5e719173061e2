import { fromBase64, toBase64, toHex, toText } from '../bytes/base64.js';

/** Members that identify one device, one of its keys, or who uses it. */
const MEMBERS: ReadonlySet<string> = new Set([
  'attestationIdSerial',
  'attestationIdImei',
  'attestationIdSecondImei',
  'attestationIdMeid',
  'uniqueId',
  // The server's log says which device got it.
  'attestationChallenge',
  'challenge',
  'keyId',
  'key_id',
  'credentialId',
  'credential_id',
  'deviceId',
  'device_id',
  'did',
  'sub',
  'ipk',
  'recordId',
  'publicKey',
  'public_key',
  'installationKey',
  'thumbprint',
  'jkt',
  'sid',
  'sessionId',
  'session_id',
  'user',
  'receipt',
  'certificate',
  'leafCertificate',
  'serialNumber',
  'serials',
  'revocableSerials',
  'pin',
  'clientHash',
  'deviceRecall',
  'attestation',
  'assertion',
  'signature',
  'certificateChain',
  'token',
  'x5c',
  'ip',
  'did_hash',
  'address',
  'jti',
  'rid',
  'pay',
  'arc',
  'nonce',
  'requestHash',
]);

/** Who uses it; of a certificate `subject` is the name in it. */
const SUBJECT = 'subject';

/** Members that are the key or the device if they stand in an object of that name: `key.id`. */
const NESTED: Readonly<Record<string, readonly string[]>> = {
  key: ['id'],
  device: ['id'],
  jwk: ['x', 'y', 'n', 'kid'],
  cnf: ['kid', 'x', 'y', 'n'],
};

/** Shorter ones would hide parts of everything else. */
const SHORTEST = 6;

/** Whether the value of a member identifies a device. */
function isIdentifier(name: string, owner: string): boolean {
  return (
    MEMBERS.has(name) ||
    (name === SUBJECT && owner !== 'certificate') ||
    (Object.hasOwn(NESTED, owner) && (NESTED[owner] as readonly string[]).includes(name))
  );
}

/** Whether all that stands below a member identifies a device. A certificate says more than its number. */
export function hidesAll(name: string, owner: string, value: unknown): boolean {
  const isFacts = name === 'certificate' && typeof value === 'object';
  return !isFacts && isIdentifier(name, owner);
}

/** Every value of an identifying member, wherever it stands; deep values too, without calling itself. */
export function identifiersIn(value: unknown): readonly string[] {
  const found = new Set<string>();
  const open: { value: unknown; name: string; owner: string; isInside: boolean }[] = [
    { value, name: '', owner: '', isInside: false },
  ];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value: each, name, owner, isInside } = next;
    if (typeof each === 'object' && each !== null) {
      const isList = Array.isArray(each);
      for (const [key, inner] of Object.entries(each)) {
        const named = isList ? name : key;
        const of = isList ? owner : name;
        open.push({ value: inner, name: named, owner: of, isInside: isInside || hidesAll(named, of, inner) });
      }
    } else if (isInside && (typeof each === 'string' || typeof each === 'number')) {
      if (String(each) !== '') found.add(String(each));
    }
  }
  return [...found];
}

/** The other forms in which the same value is written: in base64, in hexadecimal, as text, escaped in JSON. */
export function formsOf(identifier: string): readonly string[] {
  const forms = new Set<string>([identifier]);
  const isHex = /^([\da-f]{2})+$/i.test(identifier);
  const read = [
    new TextEncoder().encode(identifier),
    ...(isHex ? [Uint8Array.from(identifier.match(/../g) ?? [], (each) => Number.parseInt(each, 16))] : []),
    fromBase64(identifier) ?? new Uint8Array(),
  ];
  for (const bytes of read.filter(({ length }) => length > 3)) {
    const [base64, hex] = [toBase64(bytes), toHex(bytes)];
    const url = base64.replaceAll('+', '-').replaceAll('/', '_');
    for (const form of [base64, url, hex, hex.toUpperCase(), toText(bytes) ?? '']) {
      forms.add(form);
      forms.add(form.replace(/=+$/, ''));
    }
  }
  const escaped = [...forms].map((form) => JSON.stringify(form).slice(1, -1));
  return [...new Set([...forms, ...escaped])].filter(({ length }) => length >= SHORTEST);
}
