// @ts-check
// What `orders/evidence.ts` makes, verified in a process that runs what was built.
import { createHash } from 'node:crypto';
import { AttestationError } from '../../../dist/index.js';

const START = Date.parse('2026-06-01T12:00:00Z');

/** @param {unknown} [cause] */
function refused(cause) {
  const said = 'the double was not made for this challenge or these bytes';
  const about = { name: 'evidence of a double', code: 'ERR_DOUBLE_EVIDENCE', says: said, spec: 'test' };
  return new AttestationError({ ...about, stage: 'untrusted' }, { cause });
}

/** @param {string | undefined} text */
function decode(text) {
  try {
    return JSON.parse(Buffer.from(text ?? '', 'base64url').toString());
  } catch (cause) {
    throw refused(cause);
  }
}

/** @param {Uint8Array} bytes */
const digest = (bytes) => createHash('sha256').update(bytes).digest('base64url');

/** @type {Omit<import('../../../dist/index.js').Enrolled, 'kind'>} */
const about = { platform: 'ios', appId: 'app', environment: 'production', attestedAt: START, facts: {} };

/** @param {string} kind @param {string} field @param {string} parameter @param {boolean} counted */
function keyed(kind, field, parameter, counted) {
  return {
    kind,
    fields: [field],
    ...(counted && { provesKey: true }),
    /** @param {Record<string, string>} fields @param {{ challenge: string }} context */
    verify(fields, { challenge }) {
      const said = decode(fields[field]);
      if (said.challenge !== challenge) throw refused();
      return { ...about, kind, key: said.key };
    },
    appraise: () => undefined,
    proof: {
      parameter,
      counted,
      /** @param {{ key: { id: string } }} signer @param {Uint8Array} clientData @param {string} proof */
      verify({ key }, clientData, proof) {
        const said = decode(proof);
        if (said.id !== key.id || said.signed !== digest(clientData)) throw refused();
        return counted ? said.counter : undefined;
      },
    },
  };
}

const keyless = {
  kind: 'playIntegrity',
  fields: ['integrity_token'],
  /** @param {Record<string, string>} fields @param {{ challenge: string, consumeChallenge: () => Promise<void> }} context */
  async verify({ integrity_token: token }, { challenge, consumeChallenge }) {
    if (decode(token).challenge !== challenge) throw refused();
    await consumeChallenge();
    return { ...about, kind: 'playIntegrity', platform: 'android' };
  },
  appraise: () => undefined,
};

/** Stands for App Attest, Android's key attestation, and Play Integrity. */
export const doubles = [
  keyed('appAttest', 'attestation', 'assertion', true),
  keyed('keyAttestation', 'certificate_chain', 'signature', false),
  keyless,
];
