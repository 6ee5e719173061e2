// @ts-check
// Why this exists: whether an object that was signed again is in order, worked out a second time from Apple's steps by
// other code than the verifiers': certificates are read by OpenSSL, everything else by the fuzzer's own readers.
import { createHash, verify, X509Certificate } from 'node:crypto';
import { readAuthenticatorData, readBer, readCbor } from './tree-read.js';
import { der, edited, encode, row } from './tree.js';

/** @typedef {import('./tree.js').Part} Part */
/** @typedef {{ appId: string, now: number, environment: string, root: Buffer }} Terms */

const IN_ORDER = 'signed again, and in order';
const CATEGORIES = [1, 2, 3, 4, 5, 6, 10];
const UNDERSTOOD = ['0603551d13', '0603551d0f', '0603551d25'];
/** 1.2.840.113635.100.12.15 */
const SIGNER_MARK = '06092a864886f763640c0f';
const MAC_POLICY = 'MEAMAjExMDowCQwCb2uhAwEB/zAJDAJvYaEDAQH/MAsMBG9kZWyhAwEB/zAVDARvc2duoAYMBHJzZWMwBaYDAgEB';
const MOBILE = ['iphoneos', 'watchos', 'appletvos', 'xros'];

/** @param {Buffer} bytes @param {Terms & { keyId: Buffer, clientDataHash: Buffer }} terms */
export function appraiseAttestation(bytes, { appId, now, environment, root, keyId, clientDataHash }) {
  const outer = mapOf(readCbor(bytes));
  const statement = mapOf(outer.get('attStmt'));
  const [leaf, issuer, third] = (statement.get('x5c')?.children ?? []).map(contentOf);
  const data = contentOf(outer.get('authData'));
  if (leaf === undefined || issuer === undefined || third !== undefined || statement.size !== 2)
    return undefined;
  if (!isChain([leaf, issuer, root], now)) return undefined;

  const extensions = extensionsOf(leaf);
  const nonce = createHash('sha256').update(data).update(clientDataHash).digest('hex');
  if (extensions.get('06092a864886f763640802') !== `3024a1220420${nonce}`) return undefined;
  if (!isFromPhone(extensions)) return undefined;

  const point = readByOpenSsl(leaf).publicKey.export({ type: 'spki', format: 'der' }).subarray(26);
  if (point.length !== 65 || !sha256(point).equals(keyId)) return undefined;
  const aaguid = environment === 'production' ? 'appattest\0\0\0\0\0\0\0' : 'appattestdevelop';
  const fixed = Buffer.concat([
    sha256(appId),
    data.subarray(32, 33),
    Buffer.alloc(4),
    Buffer.from(aaguid),
    Buffer.of(0, 32),
    keyId,
  ]);
  if (!data.subarray(0, 87).equals(fixed)) return undefined;
  const [key, launch, more] = readAuthenticatorData(data, true).slice(6);
  if (key === undefined || more !== undefined || !isStrict(key) || !isKey(key, point)) return undefined;
  return isLaunch(launch) ? IN_ORDER : undefined;
}

/** @param {Buffer} bytes @param {{ appId: string, previousCounter: number }} terms */
export function appraiseAssertion(bytes, { appId, previousCounter }) {
  const data = contentOf(mapOf(readCbor(bytes)).get('authenticatorData'));
  if (data.length < 37 || !data.subarray(0, 32).equals(sha256(appId))) return undefined;
  if (data.readUInt32BE(33) <= previousCounter) return undefined;
  const [launch, more] = readAuthenticatorData(data, false).slice(3);
  return more === undefined && isLaunch(launch) ? IN_ORDER : undefined;
}

/** @param {Buffer} bytes @param {Terms & { spki: Buffer }} terms */
export function appraiseReceipt(bytes, { appId, now, environment, root, spki }) {
  const [, , encapsulated, list] = readBer(bytes)?.children?.[1]?.children?.[0]?.children ?? [];
  const content = joined(encapsulated?.children?.[1]?.children?.[0]);
  /** @type {Map<number, Buffer>} */
  const fields = new Map();
  for (const field of readBer(content)?.children ?? []) {
    const [type, version, value, more] = field.children ?? [];
    const number =
      type?.tag[0] === 2 && type.content ? type.content.readIntBE(0, Math.min(6, type.content.length)) : 0;
    if (value?.tag[0] !== 4 || version?.tag[0] !== 2 || more !== undefined || fields.has(number))
      return undefined;
    fields.set(number, value.content ?? Buffer.alloc(0));
  }
  /** @param {number} type */
  const text = (type) => fields.get(type)?.toString('utf8') ?? '';
  const [made, ends] = [text(12), text(21)].map((each) => Date.parse(each));
  if (made === undefined || ends === undefined || !(made <= now + 60_000) || !(ends > now)) return undefined;
  if (text(2) !== appId || !['ATTEST', 'RECEIPT'].includes(text(6))) return undefined;
  if (text(7) !== (environment === 'production' ? 'production' : 'sandbox')) return undefined;
  if (!fields.get(4)?.length || text(5) === '' || !isNumber(fields.get(17))) return undefined;
  if (fields.has(19) && Number.isNaN(Date.parse(text(19)))) return undefined;
  const key = readBer(fields.get(3) ?? content)?.children?.[0]?.children?.[6];
  if (key === undefined || !encode(key).equals(spki)) return undefined;
  const [signer, issuer] = (list?.children ?? []).map(encode);
  if (signer === undefined || issuer === undefined || !isChain([signer, issuer, root], made))
    return undefined;
  return extensionsOf(signer).has(SIGNER_MARK) ? IN_ORDER : undefined;
}

/** A receipt of an attestation has no metric. @param {Buffer | undefined} field */
function isNumber(field) {
  return field === undefined || /^\d+$/.test(field.toString('latin1'));
}

/** Leaf, issuer, root: as OpenSSL sees them. @param {readonly [Buffer, Buffer, Buffer]} chain @param {number} now */
function isChain(chain, now) {
  const [leaf, issuer, root] = chain.map(readByOpenSsl);
  if (leaf === undefined || issuer === undefined || root === undefined || leaf.ca || !issuer.ca) return false;
  for (const each of [leaf, issuer, root])
    if (Date.parse(each.validFrom) > now || Date.parse(each.validTo) < now) return false;
  for (const each of chain.slice(0, 2))
    for (const { critical, oid } of listOfExtensions(each))
      if (critical && !UNDERSTOOD.includes(oid)) return false;
  return isSigned(chain[1], chain[2], root.publicKey) && isSigned(chain[0], chain[1], issuer.publicKey);
}

/**
 * Names are compared and not read, by anyone, and of extensions that are not critical nobody needs more than these: the
 * rest is left out. What is signed is verified as it is.
 *
 * @param {Buffer} certificate
 */
function readByOpenSsl(certificate) {
  let tree = readBer(certificate) ?? row([]);
  for (const name of [3, 5]) tree = edited(tree, [0, name], () => [der(0x30, { children: [] })]);
  const extensions = listOfExtensions(certificate);
  const kept = edited(tree, [0, 7, 0], (list) => [
    {
      ...list,
      children: list.children?.filter((_, index) => UNDERSTOOD.includes(extensions[index]?.oid ?? '')),
    },
  ]);
  return new X509Certificate(encode(kept));
}

/** By name, by the identifiers of keys where both have one, and by the signature. @param {Buffer} certificate @param {Buffer} issuer @param {import('node:crypto').KeyObject} key */
function isSigned(certificate, issuer, key) {
  const [tbs, algorithm, signature] = readBer(certificate)?.children ?? [];
  const subject = readBer(issuer)?.children?.[0]?.children?.[5];
  const name = tbs?.children?.[3];
  if (!tbs || !algorithm || !signature?.content || !subject || !name) return false;
  const wanted = extensionsOf(certificate).get('0603551d23');
  const given = extensionsOf(issuer).get('0603551d0e');
  if (wanted !== undefined && given !== undefined && !wanted.includes(`80${given.slice(2)}`)) return false;
  const hash = encode(algorithm).includes(Buffer.from('2a8648ce3d040303', 'hex')) ? 'sha384' : 'sha256';
  return (
    encode(name).equals(encode(subject)) && verify(hash, encode(tbs), key, signature.content.subarray(1))
  );
}

/** @param {Buffer} certificate */
function listOfExtensions(certificate) {
  const list = readBer(certificate)?.children?.[0]?.children?.[7]?.children?.[0]?.children ?? [];
  return list.map(({ children = [] }) => ({
    oid: children[0] === undefined ? '' : encode(shortest(children[0])).toString('hex'),
    // Also where FALSE is written, and with any octet for TRUE: docs/decisions/0011.
    critical: children.length === 3 && children[1]?.content?.[0] !== 0,
    value: inShortest(children.at(-1)?.content ?? Buffer.alloc(0)),
  }));
}

/** The same with lengths that are no longer than needed, as verifiers may not demand of what is signed. @param {Part} part @returns {Part} */
function shortest(part) {
  return { ...part, width: 'fewest', ...(part.children && { children: part.children.map(shortest) }) };
}

/** @param {Buffer} value */
function inShortest(value) {
  const part = readBer(value);
  return part === undefined ? value : encode(shortest(part));
}

/** @param {Buffer} certificate */
function extensionsOf(certificate) {
  return new Map(listOfExtensions(certificate).map(({ oid, value }) => [oid, value.toString('hex')]));
}

/** Not from a Mac, or from one with full security. @param {ReadonlyMap<string, string>} extensions */
function isFromPhone(extensions) {
  const system = readBer(Buffer.from(extensions.get('06092a864886f763640807') ?? '3000', 'hex'));
  // [1026], constructed.
  const platform = system?.children?.find(({ tag }) => tag.toString('hex') === 'bf8802')?.children?.[0]
    ?.content;
  const policy = extensions.get('06092a864886f763640806');
  const isMobile = platform === undefined ? policy === undefined : MOBILE.includes(String(platform));
  const inside = readBer(Buffer.from(policy ?? '', 'hex'))?.children?.[0]?.children?.[0]?.content;
  return isMobile || inside?.toString('base64') === MAC_POLICY;
}

/** COSE: EC2, ES256, P-256, x, y. @param {Part} key @param {Buffer} point */
function isKey(key, point) {
  const members = new Map();
  for (let at = 0; at < (key.children?.length ?? 0); at += 2) {
    const [name, value] = key.children?.slice(at, at + 2) ?? [];
    members.set(encode(name ?? key).toString('hex'), encode(value ?? key).toString('hex'));
  }
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((each) => `5820${each.toString('hex')}`);
  const wanted = { '01': '02', '03': '26', 20: '01', 21: x, 22: y };
  return (
    key.major === 5 &&
    members.size === 5 &&
    Object.entries(wanted).every(([name, value]) => members.get(name) === value)
  );
}

/** What iOS 27 says of the app's launch, where it does. @param {Part | undefined} part */
function isLaunch(part) {
  if (part === undefined) return true;
  if (!isStrict(part) || part.major !== 5) return false;
  const map = mapOf(part);
  const category = map.get('apple_validation_category_01') ?? map.get('validationCategory');
  const version = map.get('apple_bundle_version_01') ?? map.get('bundleVersion');
  const octets = category === undefined ? undefined : contentOf(category);
  if (
    octets !== undefined &&
    (category?.major !== 2 || octets.length !== 4 || !CATEGORIES.includes(octets.readUInt32LE()))
  )
    return false;
  return version === undefined || version.major === 3;
}

/** @param {Part} part @returns {boolean} */
function isStrict(part) {
  return (
    part.kind === 'cbor' &&
    part.width === 'fewest' &&
    (part.children ?? []).every((child) => child.kind === 'raw' || isStrict(child))
  );
}

/** Empty where it is none. @param {Part | undefined} part @returns {ReadonlyMap<string, Part>} */
function mapOf(part) {
  const children = part?.kind === 'cbor' && part.major === 5 ? (part.children ?? []) : [];
  const keys = children.filter((_, index) => index % 2 === 0).map((key) => String(key.content));
  if (new Set(keys).size !== keys.length) throw new Error('a key is there twice');
  return new Map(keys.map((key, index) => [key, /** @type {Part} */ (children[2 * index + 1])]));
}

/** @param {Part | undefined} part */
function contentOf(part) {
  return part?.content ?? Buffer.alloc(0);
}

/** @param {Part | undefined} part @returns {Buffer} */
function joined(part) {
  return part?.content ?? Buffer.concat((part?.children ?? []).map(joined));
}

/** @param {string | Buffer} data */
function sha256(data) {
  return createHash('sha256').update(data).digest();
}
