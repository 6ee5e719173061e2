import { AttestationError } from '../../kernel/errors.js';
import { isJsonObject, type JsonObject } from '../../kernel/bytes/json.js';
import type { CheckDef } from '../../ports/checks.js';
import * as appAttest from '../../app-attest/internal.js';
import * as appCheck from '../../app-check/internal.js';
import * as keyAttestation from '../../key-attestation/internal.js';
import * as play from '../../play-integrity/internal.js';
import { enrollmentHash } from '../../play-integrity/index.js';
import { refreshBytes, sessionBytes } from '../../sessions/index.js';
import { BODY_CHECKS, PROOF_CHECKS, readKeyId } from '../../sessions/internal.js';
import { refusedBy } from '../evidence-error.js';
import { idOfPublicKey } from '../kinds/public-key.js';
import { verdictIn } from './answer.js';
import type { EvidenceKindName } from '../kind-table.js';
import type { Reading } from './reading.js';

/** A kind of evidence in the body of `attest`. */
export interface BodyKind {
  readonly kind: EvidenceKindName;
  /** The member of the body. */
  readonly member: string;
  readonly what: string;
  /** What a server says if it is empty. */
  readonly absent: CheckDef;
}

const BODY_KINDS: readonly BodyKind[] = [
  {
    kind: 'app-attest-attestation',
    member: 'attestation',
    what: 'an App Attest attestation',
    absent: appAttest.FIELD_CHECKS.attestation,
  },
  {
    kind: 'key-attestation',
    member: 'certificate_chain',
    what: 'an Android certificate chain',
    absent: keyAttestation.FIELD_CHECKS.present,
  },
  {
    kind: 'play-integrity',
    member: 'integrity_token',
    what: 'a Play Integrity token',
    absent: play.FIELD_CHECKS.present,
  },
  {
    kind: 'app-check',
    member: 'app_check_token',
    what: 'a Firebase App Check token',
    absent: appCheck.FIELD_CHECKS.present,
  },
];

/** The kinds of evidence that a body has. */
export function attestedBy(body: JsonObject): readonly BodyKind[] {
  return BODY_KINDS.filter(({ member }) => Object.hasOwn(body, member));
}

/** Members of bodies; `audience` is the one that is added to a body, for the lines that were signed. */
const OWN: readonly string[] = [
  ...BODY_KINDS.map(({ member }) => member),
  'challenge',
  'device_id',
  'key_id',
  'package_name',
  'assertion',
  'signature',
  'refresh_token',
  'audience',
];

/** Members of an evidence file that a body gives, and what stands beside them. */
export type Members = Pick<Reading, 'file' | 'notes' | 'beside' | 'instead'>;

/**
 * Makes the members of a file out of a body.
 *
 * @param what `the body of attest`
 * @throws EvidenceError in the words of the server, which refuses it before its evidence
 */
export function membersOf(body: JsonObject, kind: EvidenceKindName, what: string): Members {
  const beside = Object.fromEntries(Object.entries(body).filter(([name]) => !OWN.includes(name)));
  const { challenge, device_id: deviceId } = body as Readonly<Record<string, string>>;
  switch (kind) {
    case 'app-attest-attestation': {
      const keyId = body['key_id'];
      if (keyId === undefined || keyId === '')
        throw refusedBy(appAttest.FIELD_CHECKS.keyId, `is read as ${what}`, 'Give key_id.');
      return { file: { attestation: body['attestation'], keyId, challengeText: challenge }, beside };
    }
    case 'key-attestation': {
      const isOwn = Object.hasOwn(beside, 'policy');
      const file = { certificateChain: body['certificate_chain'], challengeText: challenge };
      return isOwn ? { file, beside } : { file: { ...file, policy: DEFAULTS }, beside, notes: [POLICY] };
    }
    case 'app-check':
      return { file: { token: body['app_check_token'] }, beside, notes: [LIMITED] };
    case 'play-integrity':
      return verdictOf(body['integrity_token'], beside, {
        challenge: challenge ?? '',
        deviceId: deviceId ?? '',
      });
    default:
      return proofOf(body, beside, what);
  }
}

/** Of a server that says nothing else. */
const DEFAULTS = { verifiedBoot: 'required', purposes: ['sign'] };

const POLICY =
  'It was checked against the defaults of a server: a verified boot, and a key that signs. If the server has other options of keyAttestation, add them as policy.';

const LIMITED =
  'attest takes limited-use tokens alone (limitedUse: true), unless the option acceptSessionTokens is set, and each once.';

/** The binding is what a server expects: of a standard request if the payload that was added has a requestHash. */
function verdictOf(
  token: unknown,
  beside: JsonObject,
  sent: { readonly challenge: string; readonly deviceId: string },
): Members {
  const { payload, expect = {} } = beside;
  const verdict = verdictIn(payload).payload;
  const details = isJsonObject(verdict) ? verdict['requestDetails'] : undefined;
  const name = isJsonObject(details) && Object.hasOwn(details, 'requestHash') ? 'requestHash' : 'nonce';
  if (!isJsonObject(expect)) return { file: { token }, beside };
  const isBound = Object.hasOwn(expect, 'requestHash') || Object.hasOwn(expect, 'nonce');
  const binding = isBound ? {} : { [name]: enrollmentHash(sent.challenge, sent.deviceId) };
  const given = { challengeText: sent.challenge, deviceId: sent.deviceId, ...binding, ...expect };
  const file = payload === undefined ? { token } : { payload: verdict };
  const { payload: _, expect: __, ...others } = beside;
  return { file: { ...file, expect: given }, beside: others };
}

const LINES = ['clientDataText', 'clientData', 'clientDataHash'] as const;

/** The lines that were signed are made as a server makes them, if its audience was added. */
function proofOf(body: JsonObject, beside: JsonObject, what: string): Members {
  const { assertion, signature, audience, key_id: keyId } = body;
  const file = assertion === undefined ? { signature } : { assertion };
  assertKey(keyId, beside['publicKey'], what);
  if (LINES.some((name) => Object.hasOwn(beside, name))) return { file, beside };
  const lines = typeof audience === 'string' ? linesOf(body, audience, what) : undefined;
  if (lines !== undefined) return { file: { ...file, clientDataText: lines }, beside };
  return { file, beside, instead: { clientDataText: canMakeLines(body) ? 'audience' : 'clientDataText' } };
}

function canMakeLines({ device_id: deviceId }: JsonObject): boolean {
  return typeof deviceId === 'string';
}

function linesOf(body: JsonObject, audience: string, what: string): string | undefined {
  const { device_id: deviceId, challenge, refresh_token: refreshToken } = body;
  if (typeof deviceId !== 'string') return undefined;
  try {
    const bytes =
      typeof challenge === 'string'
        ? sessionBytes({ audience, deviceId, challenge })
        : refreshBytes({ audience, deviceId, refreshToken: String(refreshToken) });
    return Buffer.from(bytes).toString();
  } catch (error) {
    if (!(error instanceof AttestationError)) throw error;
    throw refusedBy(error.check, `is read as ${what}`, 'Correct audience, device_id and challenge.');
  }
}

/** A server verifies with the key that `key_id` names. */
function assertKey(keyId: unknown, publicKey: unknown, what: string): void {
  if (keyId === undefined) return;
  const named = typeof keyId === 'string' ? readKeyId(keyId) : undefined;
  if (named === undefined)
    throw refusedBy(
      BODY_CHECKS.members,
      `is read as ${what}`,
      'Give key_id, 32 bytes in base64 or base64url.',
    );
  const given = idOfPublicKey(publicKey);
  if (given !== undefined && given !== named)
    throw refusedBy(
      PROOF_CHECKS.keyKnown,
      `is read as ${what}, and publicKey is another key than the one that key_id names`,
      'Give the key with this id.',
    );
}
