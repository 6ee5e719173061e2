// Why this exists: the fields of authenticator data (WebAuthn §6.1) stand one after the other without lengths.
import { readCborItem } from './cbor.js';
import { raw, type Part } from './tree.js';

/** The fields, each a part; `attested` says that a credential follows the counter, as in an attestation. */
export function readAuthenticatorData(data: Buffer, attested: boolean): Part[] {
  const idEnd = attested ? 55 + data.readUInt16BE(53) : 37;
  const fixed = (attested ? [0, 32, 33, 37, 53, 55, idEnd] : [0, 32, 33, 37]).flatMap((start, index, all) => {
    const end = all[index + 1];
    return end === undefined ? [] : [raw(data.subarray(start, end))];
  });
  for (let at = idEnd; at < data.length;) {
    const item = readCborItem(data, at);
    if (item === undefined) return [...fixed, raw(data.subarray(at))];
    fixed.push(item.part);
    at = item.end;
  }
  return fixed;
}
