// Why this exists: whether an object that was signed again is in order, worked out a second time from Apple's steps by other
// code than the verifiers'.
import { createHash } from 'node:crypto';
import { readAuthenticatorData } from '../../readers/authenticator-data.js';
import { readBer } from '../../readers/ber.js';
import { isShortestCbor, readCbor } from '../../readers/cbor.js';
import { extensionsOf, isChain, readByOpenSsl } from '../../readers/certificates.js';
import { encode, type Part } from '../../readers/tree.js';
import type { Terms } from './objects.js';

/** With a root of our own. */
type OwnTerms = Terms & { readonly root: Buffer };

const IN_ORDER = 'signed again, and in order';
const CATEGORIES = [1, 2, 3, 4, 5, 6, 10];
/** 1.2.840.113635.100.12.15 */
const SIGNER_MARK = '06092a864886f763640c0f';
const MAC_POLICY = 'MEAMAjExMDowCQwCb2uhAwEB/zAJDAJvYaEDAQH/MAsMBG9kZWyhAwEB/zAVDARvc2duoAYMBHJzZWMwBaYDAgEB';
const MOBILE = ['iphoneos', 'watchos', 'appletvos', 'xros'];

/** The reason why an attestation may be accepted, in words; undefined if a step fails. Throws if it cannot be read. */
export function appraiseAttestation(
  bytes: Buffer,
  { appId, now, environment, root, keyId, clientDataHash }: OwnTerms,
): string | undefined {
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
  if (key === undefined || more !== undefined || !isShortestCbor(key) || !isKey(key, point)) return undefined;
  return isLaunch(launch) ? IN_ORDER : undefined;
}

/** The same for an assertion without its signature, which our own key made. */
export function appraiseAssertion(
  bytes: Buffer,
  { appId, previousCounter }: Pick<Terms, 'appId'> & { readonly previousCounter: number },
): string | undefined {
  const data = contentOf(mapOf(readCbor(bytes)).get('authenticatorData'));
  if (data.length < 37 || !data.subarray(0, 32).equals(sha256(appId))) return undefined;
  if (data.readUInt32BE(33) <= previousCounter) return undefined;
  const [launch, more] = readAuthenticatorData(data, false).slice(3);
  return more === undefined && isLaunch(launch) ? IN_ORDER : undefined;
}

/** The same for a receipt without the signature of its payload. */
export function appraiseReceipt(
  bytes: Buffer,
  { appId, now, environment, root, spki }: OwnTerms,
): string | undefined {
  const [, , encapsulated, list] = readBer(bytes)?.children?.[1]?.children?.[0]?.children ?? [];
  const content = joined(encapsulated?.children?.[1]?.children?.[0]);
  const fields = new Map<number, Buffer>();
  for (const field of readBer(content)?.children ?? []) {
    const [type, version, value, more] = field.children ?? [];
    const number =
      type?.tag[0] === 2 && type.content ? type.content.readIntBE(0, Math.min(6, type.content.length)) : 0;
    if (value?.tag[0] !== 4 || version?.tag[0] !== 2 || more !== undefined || fields.has(number))
      return undefined;
    fields.set(number, value.content ?? Buffer.alloc(0));
  }
  const text = (type: number) => fields.get(type)?.toString('utf8') ?? '';
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

/** The metric; the receipt of an attestation has none. */
function isNumber(field: Buffer | undefined): boolean {
  return field === undefined || /^\d+$/.test(field.toString('latin1'));
}

/** Whether the key is from a phone, or from a Mac with full security. */
function isFromPhone(extensions: ReadonlyMap<string, string>): boolean {
  const system = readBer(Buffer.from(extensions.get('06092a864886f763640807') ?? '3000', 'hex'));
  // [1026], constructed.
  const platform = system?.children?.find(({ tag }) => tag.toString('hex') === 'bf8802')?.children?.[0]
    ?.content;
  const policy = extensions.get('06092a864886f763640806');
  const isMobile = platform === undefined ? policy === undefined : MOBILE.includes(String(platform));
  const inside = readBer(Buffer.from(policy ?? '', 'hex'))?.children?.[0]?.children?.[0]?.content;
  return isMobile || inside?.toString('base64') === MAC_POLICY;
}

/** COSE: EC2, ES256, P-256, x, y. */
function isKey(key: Part, point: Buffer): boolean {
  const members = new Map<string, string>();
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

/** What iOS 27 says about the launch of the app, if it does. */
function isLaunch(part: Part | undefined): boolean {
  if (part === undefined) return true;
  if (!isShortestCbor(part) || part.major !== 5) return false;
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

/** The members of a map by text; empty if the part is not a map. Throws if a key is repeated. */
function mapOf(part: Part | undefined): ReadonlyMap<string, Part> {
  const children = part?.kind === 'cbor' && part.major === 5 ? (part.children ?? []) : [];
  const keys = children.filter((_, index) => index % 2 === 0).map((key) => String(key.content));
  if (new Set(keys).size !== keys.length) throw new Error('a key is there twice');
  return new Map(keys.map((key, index) => [key, children[2 * index + 1] as Part]));
}

function contentOf(part: Part | undefined): Buffer {
  return part?.content ?? Buffer.alloc(0);
}

function joined(part: Part | undefined): Buffer {
  return part?.content ?? Buffer.concat((part?.children ?? []).map(joined));
}

function sha256(data: string | Buffer): Buffer {
  return createHash('sha256').update(data).digest();
}
