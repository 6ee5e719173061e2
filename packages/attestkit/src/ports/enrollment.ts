import type { RemoteEvent } from './events.js';
import type { JsonObject } from './json.js';
import type { AttestedRequest } from './request.js';

/** The operating system that evidence is about. */
export type Platform = 'ios' | 'macos' | 'android' | 'unknown';

/**
 * How far evidence vouches for the device, on one scale for all platforms, from the least:
 *
 * - `app`: the app was recognized, and nothing is said of the device: App Check, an attester's token, a Play verdict
 *   without a label.
 * - `basic`: a device that passes the platform's weakest test, and may be unlocked: MEETS_BASIC_INTEGRITY or
 *   MEETS_VIRTUAL_INTEGRITY of Play; a key attestation with another boot state than locked and verified.
 * - `device`: a genuine device, as the platform's service states: MEETS_DEVICE_INTEGRITY of Play.
 * - `hardware`: proven by the device's hardware: App Attest, which says nothing of jailbreaks; key attestation of a device
 *   that is locked and booted verified; MEETS_STRONG_INTEGRITY of Play.
 */
export type DeviceIntegrity = 'app' | 'basic' | 'device' | 'hardware';

/** A key that lives in a device's hardware and that evidence vouches for. */
export interface AttestedKey {
  /**
   * The key's name, base64url of 32 bytes: SHA-256 of the uncompressed point of a P-256 key, whatever kind of evidence is
   * about it; of any other key SHA-256 of its SubjectPublicKeyInfo.
   */
  readonly id: string;
  /** JWK SHA-256 thumbprint (RFC 7638), base64url. */
  readonly thumbprint: string;
  /** SubjectPublicKeyInfo in DER, base64url. */
  readonly publicKey: string;
  /** How the key signs, where its kind knows several ways: `ecdsa-sha256`. */
  readonly algorithm?: string;
}

/** What a verifier concludes of evidence at enrollment: JSON, kept in the device's record. */
export interface Enrolled<Facts extends JsonObject = JsonObject> {
  /** The kind of evidence: `app-attest`. */
  readonly kind: string;
  readonly platform: Platform;
  /** The app as the platform names it. App Attest: `TEAMID1234.com.example.app`. */
  readonly appId: string;
  /** `production`, or another that the kind knows; `unknown` if the evidence does not say. */
  readonly environment: string;
  /** How far it vouches for the device; absent if the kind does not say. */
  readonly integrity?: DeviceIntegrity;
  /** Absent if the evidence is about no key. */
  readonly key?: AttestedKey;
  /** When the platform issued the evidence, as far as it says; else when it was verified. Milliseconds since the epoch. */
  readonly attestedAt: number;
  /** The endorser signed the device id: no other device can have evidence for it. */
  readonly vouchesForDeviceId?: true;
  /** Enrolled under roots for testing, or by a development key. */
  readonly virtual?: true;
  /** The platform's own facts, for policy and for relying parties: they stand in every session token. */
  readonly facts: Facts;
  /**
   * What only `appraise` needs, or what would identify a device: kept in the record, and not shown to anyone. It is in no
   * token, no event and no result of the guard.
   */
  readonly withheld?: JsonObject;
  /**
   * Unknown values that were accepted, such as values that the platform has added since: short, and without anything about the
   * device or its user. Only the event of this enrollment has them; the record and tokens do not.
   */
  readonly notes?: readonly string[];
  /** An artifact that the platform wants to be kept, base64: the App Attest receipt. */
  readonly receipt?: string;
  /** What evidence of another kind said that came beside this one, in the same body and over the same challenge. */
  readonly beside?: Enrolled;
}

/** What enrollment evidence is verified against. */
export interface EnrollmentContext {
  /** The challenge as it was returned. Evidence is bound to its UTF-8 bytes. */
  readonly challenge: string;
  readonly deviceId: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly request: AttestedRequest;
  /**
   * Uses the challenge up, once, no matter how often it is called. Evidence that costs a call to another service, or that is
   * used up itself, awaits it right before that, after all other checks. Other evidence leaves it to the caller, who consumes
   * the challenge of verified evidence.
   *
   * @throws AttestationError (rejects with it) if the challenge was used before
   */
  consumeChallenge(): Promise<void>;
}

/** A proof by an enrolled key over bytes of the request. */
export interface KeyProof {
  /** The name of the field or parameter that carries it: `assertion` of App Attest, `signature` of Android. */
  readonly parameter: string;
  /** Whether the proof has a counter that only rises. Without a counter a challenge is always required. */
  readonly counted: boolean;
  /**
   * Verifies a proof. Synchronous.
   *
   * @param signer what is known of the key, without the record of its device
   * @param clientData the exact bytes that were signed over, not hashed
   * @param proof as it was sent: base64 or base64url
   * @returns the proof's counter, unsigned, 32 bits; undefined if there is none
   * @throws AttestationError
   */
  verify(
    signer: { readonly kind: string; readonly appId: string; readonly key: AttestedKey },
    clientData: Uint8Array,
    proof: string,
  ): number | undefined;
}

/**
 * A kind of evidence that enrolls a device: fields of the body beside the challenge. A room provides one; sessions
 * compose them and do not know any by name. `Field` is the type of its fields: text, unless `lists` names some that are not.
 */
export interface EnrollmentEvidence<
  Kind extends string = string,
  Field extends string | readonly string[] = string,
> {
  readonly kind: Kind;
  /** The names of its fields in the body; evidence of this kind is present if the first one is. */
  readonly fields: readonly [string, ...string[]];
  /** Those of its fields that are lists of strings. */
  readonly lists?: readonly string[];
  /**
   * Only the owner of the private key can get evidence for it over a new challenge, however often: then such evidence proves
   * that the key's record belongs to its sender. Not so on Android: it attests a key only when the key is made, and a key
   * that leaked from a factory attests any public key.
   */
  readonly provesKey?: true;
  /** SHA-256, base64url, of each symmetric secret that it is verified with: the guard refuses one secret for two uses. */
  readonly secretDigests?: () => readonly string[];
  /** Has the listener told of each request to another service. Absent if there is none. */
  readonly watch?: (listener: (event: RemoteEvent) => void) => void;
  /**
   * Verifies the evidence and checks it against the policy. At most one is begun in a turn of the event loop.
   *
   * @param fields the body's members of these names; each a string, a list of strings if `lists` names it, or absent
   * @throws AttestationError when it does not hold, or when that cannot be known now
   */
  verify(
    fields: Readonly<Record<string, Field | undefined>>,
    context: EnrollmentContext,
  ): Enrolled | Promise<Enrolled>;
  /**
   * Checks what was concluded earlier against the current policy: at every refresh.
   *
   * @throws AttestationError of stage `denied`
   */
  appraise(enrolled: Enrolled, now: number): void;
  /**
   * Asks whether the endorser still vouches for the earlier evidence, regardless of the current policy: for a key that
   * proves to be replaced by its own device. Absent if endorsers take nothing back.
   *
   * @throws AttestationError
   */
  endorsed?(enrolled: Enrolled): void;
  /**
   * Awaited before `appraise` and `endorsed`, for what they need and cannot wait for, and before `verify`, which should then
   * have nothing to wait for but a call of its own. Must not reject for an outage.
   */
  ready?(): Promise<void>;
  /** Renews what the platform wants the server to keep: an App Attest receipt. */
  readonly renewal?: {
    /** Whether it is worth asking the platform, judged by the record. */
    isDue(enrolled: Enrolled, now: number): boolean;
    /**
     * @param enrolled with its receipt
     * @returns what to keep; undefined if nothing changes. Must not reject for an outage
     */
    renew(enrolled: Enrolled, now: number): Promise<Enrolled | undefined>;
  };
  /** How its keys sign requests; absent if the evidence is not about a key. */
  readonly proof?: KeyProof;
  /** Evidence without a key that comes beside it: a Play verdict beside a key attestation. Default: it comes alone. */
  readonly companion?: {
    readonly evidence: EnrollmentEvidence;
    /** Whether it may not be missing, by attested facts alone. */
    isRequired(enrolled: Enrolled): boolean;
  };
}

/** What is known of a key that signs, without the record of its device. */
export type Signer = Parameters<KeyProof['verify']>[0];

export type Renewal = NonNullable<EnrollmentEvidence['renewal']>;

export type Companion = NonNullable<EnrollmentEvidence['companion']>;

/** A field of the body: text, or a list of texts. */
export type SentField = string | readonly string[];
