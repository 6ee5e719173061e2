import { randomBytes } from 'node:crypto';
import { AttestationError } from '../../kernel/errors.js';
import { enforcing } from '../../kernel/sinks.js';
import type { AttestedKey, Enrolled, EnrollmentEvidence } from '../../ports/enrollment.js';
import { optionalText } from '../operations/body-members.js';
import type { AuthenticChallenge } from '../tokens/challenge.js';
import { consumeChallenge } from '../state/spent-challenges.js';
import type { Context } from '../context.js';
import { endOfRecord, withSpent, withUser, type DeviceRecord } from '../state/device-record.js';
import type { Kept, Place } from '../state/devices.js';
import { CONFLICT_CHECKS as CONFLICTS } from './enrollment-checks.js';
import { extended, quietly } from '../state/extended.js';
import {
  beginFamily,
  continueFamily,
  prolongFamily,
  withFamily,
  type Family,
} from '../state/refresh-families.js';
import { familyTerms, issued, signSession, type Issued, type IssuedFacts } from '../operations/issue.js';
import { pointerOf, type KeyPointer } from '../state/key-pointer.js';
import { spendProof, type VerifiedProof } from '../evidence/key-proof.js';
import { assertWithinLimit } from './limits.js';
import { placementOf } from './placement.js';
import { isAuthorized, proofByPreviousKey, type Replacement } from './previous-key.js';
import { readRefreshToken } from '../tokens/refresh-token.js';
import { unspentFamily } from '../operations/refresh.js';
import type { SessionBinding } from '../tokens/session-binding.js';

/** What an enrollment brings along beyond its evidence. */
interface Terms {
  readonly authentic: AuthenticChallenge;
  readonly binding: SessionBinding | undefined;
  /** The challenge was consumed before a call to another service. */
  readonly isSpent: boolean;
  readonly notes: readonly string[];
}

/** What is to be written, and what is said of it. */
interface Plan {
  readonly record: DeviceRecord;
  readonly family: Family;
  readonly facts: IssuedFacts;
  /** To be spent before anything else. */
  readonly proof?: VerifiedProof;
}

/** One enrollment, which may have to be judged several times. Its challenge and its proofs are used up once. */
export class Enrolling {
  readonly #context: Context;
  readonly #replacement: Replacement;
  readonly #evidence: EnrollmentEvidence;
  readonly #terms: Terms;
  readonly #recordId = randomBytes(16).toString('base64url');
  #claimed: Promise<void> | undefined;
  #counted: Promise<void> | undefined;
  #admitted: Promise<void> | undefined;

  constructor(context: Context, replacement: Replacement, evidence: EnrollmentEvidence, terms: Terms) {
    this.#context = context;
    this.#replacement = replacement;
    this.#evidence = evidence;
    this.#terms = terms;
    if (terms.isSpent) this.#claimed = Promise.resolve();
  }

  /**
   * Judges the enrollment by the records in the store, and writes it.
   *
   * @returns undefined if another request was faster: it has to be judged anew
   * @throws AttestationError (rejects with it)
   */
  async tryOnce(place: Place, pointer: Kept<KeyPointer> | undefined): Promise<Issued | undefined> {
    const { candidate } = this.#replacement;
    const { record, marks } = place;
    const placement = placementOf(candidate, { record, marks, pointer: pointer?.value });
    if (record === undefined) return this.#create(place, pointer);
    if (placement === 'renew') {
      const proof = candidate.enrolled.key === undefined ? 'attester' : 'evidence';
      return this.#finish(place, this.#renewal(record, { change: 'renewed', proof }));
    }
    if (placement === 'continue') return this.#finish(place, await this.#continuation(place, record));
    return this.#replace(place, record, pointer);
  }

  async #create(place: Place, pointer: Kept<KeyPointer> | undefined): Promise<Issued | undefined> {
    const { devices, settings, now } = this.#context;
    const { candidate } = this.#replacement;
    const { deviceId, user } = candidate;
    await this.#admit();
    const { key } = candidate.enrolled;
    const at = now();
    const family = beginFamily(familyTerms(this.#context, this.#terms.binding));
    const keyGen = key === undefined ? 0 : (pointer?.value.keyGen ?? 1);
    const record: DeviceRecord = {
      ...withSpent(place.marks, this.#terms.authentic),
      id: this.#recordId,
      deviceId,
      ...(user !== undefined && { user }),
      createdAt: at,
      enrolledAt: at,
      enrolled: keptOf(candidate.enrolled),
      keyGen,
      blocked: [],
      families: [family],
      used: false,
    };
    const pointersFor = endOfRecord(record, settings.idleMs, at) as number;
    const plan = { record: { ...record, pointersFor }, family, facts: { change: 'enrolled' } as const };
    return this.#finish(place, plan, async () => {
      const { receipt } = candidate.enrolled;
      const [, isOurs] = await Promise.all([
        this.#claim(),
        key === undefined ||
          this.#point(pointerOf(deviceId, key, candidate.enrolled, keyGen), pointer, pointersFor),
        devices.writeId(record.id, place.labelDigest, pointersFor),
        receipt !== undefined && this.#evidence.renewal !== undefined
          ? devices.writeReceipt(record.id, receipt, pointersFor)
          : undefined,
      ]);
      return isOurs;
    });
  }

  /** New evidence for a record that stays: its other sessions go on. */
  #renewal(record: DeviceRecord, facts: IssuedFacts): Plan {
    const family = beginFamily(familyTerms(this.#context, this.#terms.binding));
    return { record: this.#enrolledAnew(record, this.#withFamily(record, family)), family, facts };
  }

  /** A record without a key goes on by its refresh token, which is spent by it. */
  async #continuation(place: Place, record: DeviceRecord): Promise<Plan> {
    const { body } = this.#replacement;
    const text = optionalText(body, 'refresh_token');
    if (text === undefined) throw new AttestationError(CONFLICTS.label);
    const { claim, family, judged } = await orConflict(async () => {
      const sent = readRefreshToken(this.#context.keys.refresh, text, enforcing);
      // New evidence binds the session anew: an update of the app changes its user agent.
      return { claim: sent, ...(await unspentFamily(this.#context, place, record, sent)) };
    });
    const terms = familyTerms(this.#context, this.#terms.binding);
    const next =
      judged === 'again' ? prolongFamily(family, terms) : continueFamily(family, claim.generation, terms);
    return {
      record: this.#enrolledAnew(record, this.#withFamily(record, next)),
      family: next,
      facts: { change: 'renewed', proof: 'refresh-token' },
    };
  }

  async #replace(
    place: Place,
    record: DeviceRecord,
    pointer: Kept<KeyPointer> | undefined,
  ): Promise<Issued | undefined> {
    const { candidate } = this.#replacement;
    const proof = await proofByPreviousKey(this.#context, record, this.#replacement);
    // For a user who is not named the application cannot speak.
    const isNamed = record.user === undefined || record.user === candidate.user;
    if (proof === undefined && !(isNamed && (await isAuthorized(this.#context, record, this.#replacement))))
      throw new AttestationError(CONFLICTS.label);
    // Each new key leaves a pointer behind, as each new record does.
    if (pointer === undefined) await this.#admit();
    const family = beginFamily(familyTerms(this.#context, this.#terms.binding));
    const keyGen = pointer?.value.keyGen ?? record.keyGen + 1;
    const next = { ...this.#enrolledAnew(record, [family]), keyGen };
    const by = proof === undefined ? 'application' : 'key';
    const plan = { record: next, family, facts: { change: 'replaced', proof: by } as const };
    return this.#finish(place, plan, async () => {
      // The counter before the challenge: of two senders with one proof, one wins both.
      if (proof !== undefined) await (this.#counted ??= spendProof(this.#context, proof, record));
      const { deviceId, enrolled } = candidate;
      const written = pointerOf(deviceId, enrolled.key as AttestedKey, enrolled, keyGen);
      const [, isOurs] = await Promise.all([this.#claim(), this.#point(written, pointer, next.pointersFor)]);
      return isOurs;
    });
  }

  /** Says whose a key is; what says so already is given a new end, or it could end before the record. */
  #point(
    written: KeyPointer,
    known: Kept<KeyPointer> | undefined,
    recordEnd: number | undefined,
  ): Promise<boolean> {
    return this.#context.devices.changePointer(known?.value ?? written, known?.version, recordEnd);
  }

  /** Signs first: a signer that fails costs the device nothing. Then what is used up, then the record. */
  async #finish(
    place: Place,
    { record, family, facts }: Plan,
    prepare?: () => Promise<boolean>,
  ): Promise<Issued | undefined> {
    const { devices, users } = this.#context;
    const { user } = this.#replacement.candidate;
    if (record.user !== user) await users.assertOpen(record.user);
    const signed = await signSession(this.#context, record, family, this.#terms.binding);
    // The user may have been blocked while another service was asked.
    const asked = this.#terms.isSpent ? users.assertOpen(user) : undefined;
    const [isReady] = await Promise.all([prepare?.() ?? true, asked]);
    if (!isReady) return undefined;
    const written = await devices.write(place, record);
    if (written === undefined) return undefined;
    const { receipt } = this.#replacement.candidate.enrolled;
    if (facts.change !== 'enrolled' && receipt !== undefined && this.#evidence.renewal !== undefined)
      await quietly(devices.writeReceipt(record.id, receipt, written.expiresAt));
    if (facts.change !== 'enrolled') await extended(this.#context, written);
    const { notes } = this.#terms;
    return issued(this.#context, written, family, signed, { ...facts, notes });
  }

  #withFamily({ families }: DeviceRecord, family: Family): readonly Family[] {
    const { settings, now } = this.#context;
    return withFamily(families, family, settings.perDevice, now());
  }

  #enrolledAnew(record: DeviceRecord, families: readonly Family[]): DeviceRecord {
    const { candidate } = this.#replacement;
    return {
      ...withUser(withSpent({ ...record, families }, this.#terms.authentic), candidate.user),
      enrolledAt: this.#context.now(),
      enrolled: keptOf(candidate.enrolled),
      used: true,
    };
  }

  #admit(): Promise<void> {
    return (this.#admitted ??= assertWithinLimit(
      this.#context.limits,
      'newRecord',
      this.#replacement.request,
    ));
  }

  #claim(): Promise<void> {
    return (this.#claimed ??= consumeChallenge(this.#context, this.#terms.authentic));
  }
}

/** What the record keeps of what a verifier concluded. */
function keptOf({ receipt: _receipt, notes: _notes, ...enrolled }: Enrolled): Enrolled {
  return enrolled;
}

/** A refresh token that does not hold proves nothing; the cause says why. */
async function orConflict<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof AttestationError && error.stage !== 'unavailable')
      throw new AttestationError(CONFLICTS.label, { cause: error });
    throw error;
  }
}
