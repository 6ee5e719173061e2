import { isUtf8 } from 'node:buffer';
import { hash } from 'node:crypto';
import { equalBytes } from '../../kernel/bytes/equal-bytes.js';
import { readOctets } from '../../kernel/asn1/der-values.js';
import { readDer, readSequence, readSet, type Asn1 } from '../../kernel/asn1/der.js';
import { enforcing, mustRead } from '../../kernel/sinks.js';
import type { KeyDescription } from './key-description.js';
import { MODULE_CHECKS as CHECKS } from './module-checks.js';
import { isComplete, readNumber } from './lenient-der.js';

/** A module of the system: an APEX package, which is updated apart from the rest. */
export interface AttestedModule {
  /** `com.android.conscrypt` */
  readonly packageName: string;
  readonly version: number;
}

/**
 * Verifies the modules of a system, as `KeyStoreManager.getSupplementaryAttestationInfo(MODULE_HASH)` gives them to the
 * app, against their hash in the description of a key that was verified. It is the system that vouches for them
 * (`softwareEnforced`). They may be others after each start: have them sent with the chain of the key.
 *
 * @param modules DER, as the system encoded it
 * @throws AttestationError with `ERR_KEY_ATTESTATION_MODULES_…`, at the first check that does not hold
 * @example
 * const modules = verifyModules(sent, result.keyDescription);
 */
export function verifyModules(
  modules: Uint8Array,
  { softwareEnforced: { moduleHash } }: KeyDescription,
): readonly AttestedModule[] {
  const attested = mustRead(enforcing, CHECKS.attested, moduleHash);
  const isBytes = modules instanceof Uint8Array;
  const read = mustRead(enforcing, CHECKS.readable, isBytes ? readModules(modules) : undefined);
  enforcing.holds(CHECKS.hash, equalBytes(hash('sha256', modules, 'buffer'), attested));
  return read;
}

/** Modules: a SET OF Module, in whatever order: the system sorts them by other rules than DER has. */
function readModules(der: Uint8Array): readonly AttestedModule[] | undefined {
  const modules = readSet(readDer(der))?.map(readModule);
  return isComplete(modules) ? modules : undefined;
}

/** Module: `SEQUENCE { packageName OCTET STRING, version INTEGER }`. */
function readModule(element: Asn1): AttestedModule | undefined {
  const [nameElement, versionElement, more] = readSequence(element) ?? [];
  const name = readOctets(nameElement);
  const version = readNumber(versionElement);
  if (name === undefined || !isUtf8(name) || version === undefined || more !== undefined) return undefined;
  return { packageName: Buffer.from(name).toString('utf8'), version };
}
