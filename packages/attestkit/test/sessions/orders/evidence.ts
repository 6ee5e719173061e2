import { createHash } from 'node:crypto';
import { AttestationError } from '../../../src/kernel/errors.js';
import type { CheckDef } from '../../../src/ports/checks.js';
import type { AttestedKey, Enrolled, EnrollmentEvidence } from '../../../src/ports/enrollment.js';

/** When all of this happens, milliseconds since the epoch. */
export const START = Date.parse('2026-06-01T12:00:00Z');

const HELD: CheckDef = {
  name: 'evidence of a double',
  code: 'ERR_DOUBLE_EVIDENCE',
  stage: 'untrusted',
  says: 'the double was not made for this challenge or these bytes',
  spec: 'test',
};

const digest = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('base64url');

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function decode(text: string | undefined): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(Buffer.from(text ?? '', 'base64url').toString()) as Record<string, unknown>;
  } catch (cause) {
    throw new AttestationError(HELD, { cause });
  }
}

/** A key that counts on its word: whoever knows its name can use it. */
export class FakeKey implements AttestedKey {
  readonly id: string;
  readonly thumbprint: string;
  readonly publicKey: string;
  #counter = 0;

  constructor(name: string) {
    this.id = digest(`id of ${name}`);
    this.thumbprint = digest(`thumbprint of ${name}`);
    this.publicKey = Buffer.from(`public key of ${name}`).toString('base64url');
  }

  attest(challenge: string): string {
    const { id, thumbprint, publicKey } = this;
    return encode({ key: { id, thumbprint, publicKey }, challenge });
  }

  /** @param counter default: one above the last */
  sign(clientData: Uint8Array, counter = this.#counter + 1): string {
    this.#counter = Math.max(this.#counter, counter);
    return encode({ id: this.id, signed: digest(clientData), counter });
  }
}

/** Evidence without a key. */
export const keylessToken = (challenge: string): string => encode({ challenge });

const about = {
  platform: 'ios',
  appId: 'app',
  environment: 'production',
  attestedAt: START,
  facts: {},
} as const;

function keyed(kind: string, field: string, parameter: string, counted: boolean): EnrollmentEvidence {
  const attested = (text: string | undefined, challenge: string): Enrolled => {
    const said = decode(text);
    if (said['challenge'] !== challenge) throw new AttestationError(HELD);
    return { ...about, kind, key: said['key'] as AttestedKey };
  };
  return {
    kind,
    fields: [field],
    // Only a key that counts can be attested again: App Attest, and not Android.
    ...(counted && { provesKey: true }),
    verify: (fields, { challenge }) => attested(fields[field], challenge),
    appraise: () => undefined,
    proof: {
      parameter,
      counted,
      verify: ({ key }, clientData, proof) => {
        const said = decode(proof);
        if (said['id'] !== key?.id || said['signed'] !== digest(clientData)) throw new AttestationError(HELD);
        return counted ? (said['counter'] as number) : undefined;
      },
    },
  };
}

/** Stands for App Attest: keys count, and can be attested again. */
export const counting = keyed('appAttest', 'attestation', 'assertion', true);

/** Stands for Android's key attestation: neither. */
export const signing = keyed('keyAttestation', 'certificate_chain', 'signature', false);

/** Stands for Play Integrity: no key, and a call to another service, before which the challenge is consumed. */
export const keyless: EnrollmentEvidence = {
  kind: 'playIntegrity',
  fields: ['integrity_token'],
  verify: async ({ integrity_token: token }, { challenge, consumeChallenge }) => {
    if (decode(token)['challenge'] !== challenge) throw new AttestationError(HELD);
    await consumeChallenge();
    return { ...about, kind: 'playIntegrity', platform: 'android' };
  },
  appraise: () => undefined,
};
