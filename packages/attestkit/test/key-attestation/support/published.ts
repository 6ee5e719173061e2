import type { KeyAttestationExpectations } from '../../../src/key-attestation/index.js';
import type { Vector } from '../../vectors.js';

/** The appraisal that `expected.verdict` is of: complete chain, hardware key, no demand on boot state, app or challenge. */
export function defaultAppraisal({ at }: Vector): KeyAttestationExpectations {
  return {
    anyChallenge: true,
    anyApp: true,
    verifiedBoot: 'any',
    revocations: 'not-checked',
    ...(at !== null && { now: Date.parse(String(at)) }),
  };
}

export function chainOf({ certificateChain }: Vector): readonly Buffer[] {
  return (certificateChain as readonly string[]).map((each) => Buffer.from(each, 'base64'));
}

/** Bytes in base64, and no members that are undefined: what a file can say. */
export function asJson(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(asJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => [name, asJson(member)]),
  );
}

/** The names that the files have for roots. */
export function rootName(kind: string | undefined, omitted: boolean): string {
  const names: Readonly<Record<string, string>> = {
    'google-rsa4096': 'google-rsa4096 (f92009e853b6b045)',
    'google-p384': 'google-p384 (Key Attestation CA1)',
    unknown: 'unknown self-issued root',
  };
  if (kind === undefined) return '(incomplete chain)';
  return `${omitted ? '(root omitted; signed by) ' : ''}${names[kind] ?? kind}`;
}
