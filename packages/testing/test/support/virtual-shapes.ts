import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  isCborMap,
  readCbor,
  readCborItem,
  type CborMap,
  type CborValue,
} from '../../../attestkit/src/kernel/bytes/cbor.js';
import { readOid } from '../../../attestkit/src/kernel/asn1/der-values.js';
import {
  isUniversal,
  readBer,
  readDer,
  TAG,
  TAG_CLASS,
  type Asn1,
} from '../../../attestkit/src/kernel/asn1/der.js';

const NAMED = process.env['ATTESTKIT_VECTORS'];
const FOLDER = join(
  NAMED ?? fileURLToPath(new URL('../../../../../shared/vectors', import.meta.url)),
  'app-attest',
);

/** Whether real objects are there to compare with; where they have to be, reading them fails. */
export const VECTORS_THERE = NAMED !== undefined || process.env['CI'] === 'true' || existsSync(FOLDER);

/** An evidence file; which members it has depends on its kind. */
export interface Vector {
  readonly appId: string;
  readonly environment: string;
  readonly receiptType: 'ATTEST' | 'RECEIPT';
  readonly challenge?: string;
  readonly clientDataHash?: string;
  readonly clientData: string;
  readonly attestation: string;
  readonly assertion: string;
  readonly receipt: string;
  readonly publicKey: string;
  readonly at: string;
  readonly expected: { readonly verdict: string; readonly riskMetric?: number };
}

/** The real objects of a kind, by name of the file. */
export function vectorsOf(kind: 'attestation' | 'assertion' | 'receipt'): [string, Vector][] {
  const files = VECTORS_THERE ? readdirSync(FOLDER).filter((file) => file.startsWith(`${kind}-`)) : [];
  return files.map((file) => [file, JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Vector]);
}

/** An attestation, taken apart without judging it. */
export interface Parts {
  /** Each line one item of CBOR: where it stands, its type, its length or value. */
  readonly object: readonly string[];
  readonly authData: Uint8Array;
  /** All of the authenticator data before the COSE key. */
  readonly head: Uint8Array;
  readonly coseKey: readonly string[];
  readonly extensions: readonly string[];
  readonly leaf: Uint8Array;
  readonly intermediate: Uint8Array;
  readonly receipt: Uint8Array;
}

export function partsOf(attestation: Uint8Array): Parts {
  const object = mapIn(readCbor(attestation));
  const statement = mapIn(object.get('attStmt'));
  const [leaf, intermediate] = statement.get('x5c') as Uint8Array[];
  const authData = bytesIn(object.get('authData'));
  const keyAt = 55 + (authData[53] ?? 0) * 256 + (authData[54] ?? 0);
  const key = readCborItem(authData, keyAt);
  const rest = authData.subarray(key?.end);
  return {
    object: cborShape(object).filter((line) => !/^\/(attStmt\/(x5c\/\d|receipt)|authData) /.test(line)),
    authData,
    head: authData.subarray(0, keyAt),
    coseKey: cborShape(key?.value ?? null),
    extensions: rest.length === 0 ? [] : cborShape(mapIn(readCbor(rest)), true),
    leaf: bytesIn(leaf),
    intermediate: bytesIn(intermediate),
    receipt: bytesIn(statement.get('receipt')),
  };
}

/** The members of a map in order, each with type and length, or value. */
export function cborShape(value: CborValue, values = false, path = ''): string[] {
  if (isCborMap(value))
    return [...value].flatMap(([key, member]) => cborShape(member, values, `${path}/${key}`));
  if (Array.isArray(value))
    return value.flatMap((member: CborValue, index) => cborShape(member, values, `${path}/${index}`));
  if (!(value instanceof Uint8Array)) return [`${path} ${JSON.stringify(value)}`];
  return [`${path} bytes ${values ? hex(value) : value.length}`];
}

/** What is not compared of a structure: lines whose path matches lose their value, or keep its length. */
export type Masks = readonly (readonly [path: RegExp, keep: 'nothing' | 'length'])[];

/** Each line one element: where it stands, its tag, its value unless it is masked. */
export function derShape(bytes: Uint8Array, masks: Masks, ber = false): string[] {
  const root = ber ? readBer(bytes) : readDer(bytes);
  if (root === undefined) throw new Error('cannot be read');
  const lines: string[] = [];
  walk(root, '', masks, lines);
  return lines;
}

function walk(element: Asn1, path: string, masks: Masks, lines: string[]): void {
  const { tagClass, tag, constructed, raw } = element;
  // An octet string whose content is DER: the value of an extension, beside its object identifier.
  const open = constructed && raw[1] === 0x80 ? ' of indefinite length' : '';
  if (!constructed) {
    lines.push(`${path} ${tagClass}.${tag}${valueOf(element, path, masks)}`);
    return;
  }
  lines.push(`${path} ${tagClass}.${tag} constructed${open}`);
  const children = element.children() ?? [];
  const type = readOid(children[0]);
  const last = children.at(-1);
  const isExtension = type !== undefined && children.length > 1 && isUniversal(last, TAG.octetString);
  for (const [index, child] of children.entries()) {
    const inside = isExtension && child === last ? readDer(child.content) : undefined;
    const label = child.tagClass === TAG_CLASS.context ? `[${child.tag}]` : String(index);
    if (inside === undefined) walk(child, `${path}/${label}`, masks, lines);
    else walk(inside, `${path}/${type}`, masks, lines);
  }
}

function valueOf(element: Asn1, path: string, masks: Masks): string {
  const { content, tagClass, tag } = element;
  const mask = masks.find(([pattern]) => pattern.test(path))?.[1];
  if (mask === 'nothing') return '';
  if (mask === 'length') return ` of ${content.length}`;
  const universal = tagClass === TAG_CLASS.universal;
  if (universal && tag === TAG.objectIdentifier) return ` ${readOid(element)}`;
  // A key; the usage of one is short.
  if (universal && tag === TAG.bitString && content.length > 2) return ` of ${content.length}`;
  const textual = universal && [TAG.utf8String, TAG.printableString, TAG.utcTime].includes(tag as 12);
  return ` ${textual ? Buffer.from(content).toString() : hex(content)}`;
}

function mapIn(value: CborValue | undefined): CborMap {
  if (isCborMap(value)) return value;
  throw new Error('is not a map');
}

function bytesIn(value: CborValue | undefined): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new Error('is not bytes');
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
