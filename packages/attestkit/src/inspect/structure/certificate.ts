import { readItem } from './cbor.js';
import { openOctets } from './der.js';
import { label, nameKeyDescription } from './key-description.js';
import { contentOf, type Draft, type Sheet } from './sheet.js';

/** Extensions that are opened by their own rules. */
const KEY_DESCRIPTION = '1.3.6.1.4.1.11129.2.1.17';
const PROVISIONING = '1.3.6.1.4.1.11129.2.1.30';
const APPLE = '1.2.840.113635.100.';

/** Whether it looks like a certificate: three members, of which the last are an algorithm and bits. */
export function isCertificate({ type, children }: Draft): boolean {
  const [signed, algorithm, signature, more] = children;
  const isOutline = [signed, algorithm].every((each) => each?.type.startsWith('SEQUENCE') === true);
  return type.startsWith('SEQUENCE') && isOutline && signature?.type === 'BIT STRING' && more === undefined;
}

/** Names the fields of a certificate (RFC 5280 §4.1), and opens its extensions. */
export function nameCertificate(sheet: Sheet, certificate: Draft): void {
  label(certificate.children, ['tbsCertificate', 'signatureAlgorithm', 'signatureValue']);
  const [signed, algorithm, signature] = certificate.children;
  nameAlgorithm(algorithm);
  if (signature?.children[0] !== undefined) nameSignature(signature.children[0]);
  const all = signed?.children ?? [];
  const fields = all[0]?.type === '[0]' ? all.slice(1) : all;
  if (fields.length < all.length && all[0] !== undefined) all[0].label = 'version';
  label(fields, ['serialNumber', 'signature', 'issuer', 'validity', 'subject', 'subjectPublicKeyInfo']);
  nameAlgorithm(fields[1]);
  for (const name of [fields[2], fields[4]]) nameName(name);
  label(fields[3]?.children ?? [], ['notBefore', 'notAfter']);
  if (fields[5] !== undefined) nameKeyInfo(fields[5]);
  for (const field of fields.slice(6)) {
    if (field.type === '[1]') field.label = 'issuerUniqueID';
    if (field.type === '[2]') field.label = 'subjectUniqueID';
    if (field.type !== '[3]') continue;
    field.label = 'extensions';
    for (const extension of field.children[0]?.children ?? []) nameExtension(sheet, extension);
  }
}

/** A SubjectPublicKeyInfo. */
export function nameKeyInfo(info: Draft): void {
  label(info.children, ['algorithm', 'subjectPublicKey']);
  nameAlgorithm(info.children[0]);
  const key = info.children[1]?.children[0];
  if (key !== undefined) label(key.children, ['modulus', 'publicExponent']);
}

/** `SEQUENCE { r, s }` of ECDSA. */
export function nameSignature(signature: Draft): void {
  const isPair =
    signature.children.length === 2 && signature.children.every(({ type }) => type === 'INTEGER');
  if (isPair) label(signature.children, ['r', 's']);
}

export function nameAlgorithm(algorithm: Draft | undefined): void {
  label(algorithm?.children ?? [], ['algorithm', 'parameters']);
  const name = algorithm?.children[0]?.meaning;
  if (algorithm !== undefined && name !== undefined) algorithm.meaning = name;
}

/** A name: SEQUENCE OF SET OF SEQUENCE { type, value }; each is labeled by its type. */
export function nameName(name: Draft | undefined): void {
  for (const set of name?.children ?? []) {
    for (const attribute of set.children) {
      label(attribute.children, ['type', 'value']);
      const [type] = attribute.children;
      attribute.label = type?.meaning ?? type?.value ?? '';
    }
    set.label = set.children[0]?.label ?? '';
  }
}

function nameExtension(sheet: Sheet, extension: Draft): void {
  const parts = extension.children;
  label(parts, parts.length > 2 ? ['extnID', 'critical', 'extnValue'] : ['extnID', 'extnValue']);
  const oid = parts[0]?.type === 'OBJECT IDENTIFIER' ? parts[0].value : undefined;
  const octets = parts.at(-1);
  if (oid === undefined || octets?.type !== 'OCTET STRING') return;
  extension.label = parts[0]?.meaning ?? oid;
  if (oid === PROVISIONING) {
    openProvisioning(sheet, octets);
    return;
  }
  // Other extensions are malformed on genuine devices too, and no verifier reads them.
  const isRead = oid === KEY_DESCRIPTION || oid.startsWith(APPLE);
  const value = openOctets(sheet, octets, isRead);
  if (value === undefined) return;
  if (oid === KEY_DESCRIPTION) nameKeyDescription(value);
  else if (oid.startsWith(APPLE)) nameApple(value, oid);
  else nameStandard(sheet, value, extension.label);
}

/** A map in CBOR. */
function openProvisioning(sheet: Sheet, octets: Draft): void {
  const from = octets.offset + octets.header;
  const end = octets.offset + octets.length;
  octets.children.length = 0;
  const item = from < end ? readItem(sheet, from, end) : undefined;
  if (item === undefined) return;
  [octets.value, octets.meaning] = [undefined, undefined];
  octets.children.push(item);
  for (const member of item.children) {
    if (member.label === '1') member.label = 'certificatesIssued (1)';
    if (member.label === '3') member.label = 'manufacturer (3)';
  }
  if (item.offset + item.length < end)
    sheet.note(`after the item at ${from}, bytes follow from ${item.offset + item.length} on`);
}

/** Tags in Apple's extensions, as observed. */
const APPLE_TAGS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '1.2.840.113635.100.8.2': { '[1]': 'nonce' },
  '1.2.840.113635.100.8.6': { '[3]': 'access policy' },
  '1.2.840.113635.100.8.7': { '[1400]': 'version', '[1403]': 'build', '[1026]': 'platform' },
};

function nameApple(value: Draft, oid: string): void {
  const names = APPLE_TAGS[oid];
  for (const element of value.children) element.label = names?.[element.type] ?? element.label;
}

const USAGES = [
  'digitalSignature',
  'contentCommitment',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;

function nameStandard(sheet: Sheet, value: Draft, name: string): void {
  if (name === 'keyUsage') {
    const bits = contentOf(sheet, value).subarray(1);
    const set = USAGES.filter((_, bit) => ((bits[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0);
    value.meaning = set.join(', ');
  }
  if (name === 'basicConstraints')
    for (const each of value.children) each.label = each.type === 'BOOLEAN' ? 'cA' : 'pathLenConstraint';
  if (name === 'authorityKeyIdentifier')
    for (const each of value.children) each.label = AUTHORITY[each.type] ?? '';
}

const AUTHORITY: Readonly<Record<string, string>> = {
  '[0]': 'keyIdentifier',
  '[1]': 'authorityCertIssuer',
  '[2]': 'authorityCertSerialNumber',
};
