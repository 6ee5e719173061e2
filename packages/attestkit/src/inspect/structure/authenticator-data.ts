import { readItem } from './cbor.js';
import { bytesNode, type Draft, type Sheet } from './sheet.js';

/** Fields of a fixed size (Web Authentication §6.1), and of the attested credential (§6.5.1). */
const HEAD = [
  ['rpIdHash', 32],
  ['flags', 1],
  ['counter', 4],
] as const;
const CREDENTIAL = [
  ['aaguid', 16],
  ['credentialIdLength', 2],
] as const;

const FLAGS: readonly (readonly [bit: number, name: string])[] = [
  [0x01, 'UP, user present'],
  [0x02, 'reserved 1'],
  [0x04, 'UV, user verified'],
  [0x08, 'BE, backup eligible'],
  [0x10, 'BS, backed up'],
  [0x20, 'reserved 2'],
  [0x40, 'AT, attested credential data'],
  [0x80, 'ED, extension data'],
];

/** By their bytes as text. */
const AAGUIDS: ReadonlyMap<string, string> = new Map([
  ['appattest\0\0\0\0\0\0\0', 'App Attest, production'],
  ['appattestdevelop', 'App Attest, development'],
]);

/**
 * Opens authenticator data in place, field by field.
 *
 * @param node the byte string with it
 * @param isAttested whether a credential follows the counter, as in an attestation
 */
export function openAuthenticatorData(sheet: Sheet, node: Draft, isAttested: boolean): void {
  const fields = new Fields(sheet, node);
  node.value = undefined;
  node.meaning = undefined;
  for (const [name, size] of HEAD) fields.take(name, size);
  if (isAttested) {
    for (const [name, size] of CREDENTIAL) fields.take(name, size);
    fields.take('credentialId', Number(fields.length ?? 0));
    fields.takeItem('credentialPublicKey');
  }
  if (fields.hasMore) fields.takeItem('extensions');
  if (fields.hasMore) fields.takeRest();
  const key = node.children.find(({ label }) => label === 'credentialPublicKey');
  if (key !== undefined) nameCoseKey(key);
}

class Fields {
  readonly #sheet: Sheet;
  readonly #node: Draft;
  readonly #end: number;
  #at: number;
  /** Of the credential id. */
  length: string | undefined;

  constructor(sheet: Sheet, node: Draft) {
    this.#sheet = sheet;
    this.#node = node;
    this.#at = node.offset + node.header;
    this.#end = node.offset + node.length;
  }

  get hasMore(): boolean {
    return this.#at < this.#end;
  }

  take(name: string, size: number): void {
    const to = this.#at + size;
    if (to > this.#end) this.#sheet.note(`the authenticator data ends within ${name}, at ${this.#at}`);
    this.#add(name, bytesNode(this.#sheet, this.#at, Math.min(to, this.#end)));
  }

  takeItem(name: string): void {
    if (!this.hasMore) this.#sheet.note(`the authenticator data ends before ${name}, at ${this.#at}`);
    else this.#add(name, readItem(this.#sheet, this.#at, this.#end));
  }

  takeRest(): void {
    this.#sheet.note(`bytes follow the authenticator data, from ${this.#at} on`);
    this.#add('rest', bytesNode(this.#sheet, this.#at, this.#end));
  }

  #add(name: string, child: Draft | undefined): void {
    if (child === undefined || child.length === 0) return;
    child.label = name;
    this.#describe(child, this.#sheet.bytes.subarray(this.#at, this.#at + child.length));
    this.#node.children.push(child);
    this.#at += child.length;
  }

  #describe(child: Draft, bytes: Buffer): void {
    if (child.label === 'flags') {
      const set = FLAGS.filter(([bit]) => ((bytes[0] ?? 0) & bit) !== 0);
      child.meaning = set.map(([, name]) => name).join('; ') || 'no bit is set';
    }
    if (child.label === 'aaguid')
      child.meaning = AAGUIDS.get(bytes.toString('latin1')) ?? child.meaning ?? 'unknown';
    const isNumber = child.label === 'counter' || child.label === 'credentialIdLength';
    if (isNumber && (bytes.length === 2 || bytes.length === 4))
      child.value = String(bytes.readUIntBE(0, bytes.length));
    if (isNumber) child.meaning = undefined;
    if (child.label === 'credentialIdLength') this.length = bytes.length === 2 ? child.value : undefined;
  }
}

/** Members of a COSE key, and what their numbers say (RFC 9052 §7.1, RFC 9053 §2.1, §7.1). */
const COSE: ReadonlyMap<string, string> = new Map([
  ['1', 'kty'],
  ['2', 'kid'],
  ['3', 'alg'],
  ['-1', 'crv'],
  ['-2', 'x'],
  ['-3', 'y'],
]);
const COSE_VALUES: ReadonlyMap<string, string> = new Map([
  ['kty 1', 'OKP'],
  ['kty 2', 'EC2'],
  ['kty 3', 'RSA'],
  ['alg -7', 'ES256'],
  ['alg -8', 'EdDSA'],
  ['alg -35', 'ES384'],
  ['alg -257', 'RS256'],
  ['crv 1', 'P-256'],
  ['crv 2', 'P-384'],
  ['crv 6', 'Ed25519'],
]);

function nameCoseKey(key: Draft): void {
  for (const member of key.children) {
    const name = COSE.get(member.label);
    if (name === undefined) continue;
    const isNumber = member.type === 'unsigned' || member.type === 'negative';
    if (isNumber) member.meaning = COSE_VALUES.get(`${name} ${member.value ?? ''}`);
    member.label = `${name} (${member.label})`;
  }
}
