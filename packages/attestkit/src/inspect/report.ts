import type { AppAttestAssertion } from '../app-attest/index.js';
import type { AppCheckResult } from '../app-check/index.js';
import type { ApproovResult } from '../approov/index.js';
import type { PlayIntegrityVerdict } from '../play-integrity/index.js';
import type { Inspection } from '../ports/checks.js';
import type { EvidenceKindName } from './kind-table.js';
import type { InspectedAttestation } from './kinds/app-attest-attestation.js';
import type { InspectedMessage } from './kinds/approov-message.js';
import type { InspectedReceipt } from './kinds/app-attest-receipt.js';
import type { InspectedSignature } from './kinds/key-attestation-signature.js';
import type { InspectedKeyAttestation } from './kinds/key-attestation.js';
import type { InspectedSession } from './kinds/session-token.js';

/** What each kind of evidence comes to, and what only a server can check, or only with members that the file leaves out. */
export interface InspectedKinds {
  'approov-token': { readonly result: ApproovResult; readonly notChecked: 'binding' };
  'approov-message': { readonly result: InspectedMessage; readonly notChecked: 'token' | 'earlier use' };
  'session-token': {
    readonly result: InspectedSession;
    readonly notChecked: 'address and user agent' | 'revocation';
  };
  'app-attest-attestation': { readonly result: InspectedAttestation; readonly notChecked: 'receipt' };
  'app-attest-assertion': { readonly result: AppAttestAssertion; readonly notChecked: never };
  'app-attest-receipt': { readonly result: InspectedReceipt; readonly notChecked: never };
  'key-attestation': {
    readonly result: InspectedKeyAttestation;
    readonly notChecked: 'challenge' | 'app' | 'verified boot' | 'revocation list';
  };
  'key-attestation-signature': {
    readonly result: InspectedSignature;
    readonly notChecked: 'request lines' | 'challenge use';
  };
  'play-integrity': {
    readonly result: PlayIntegrityVerdict;
    readonly notChecked: 'origin' | 'package' | 'request' | 'certificate' | 'earlier use';
  };
  'app-check': { readonly result: AppCheckResult; readonly notChecked: 'earlier use' };
}

/**
 * Every check of one piece of evidence, in the order of verification. Bytes are in base64, times in ISO 8601.
 * `EvidenceReport<'key-attestation'>` is the report of one kind.
 */
export type EvidenceReport<Kind extends EvidenceKindName = EvidenceKindName> = {
  [Name in Kind]: Inspection<InspectedKinds[Name]['result']> & {
    readonly kind: Name;
    /** The time as of which it was inspected, ISO 8601. */
    readonly at: string;
    /** What the evidence was read as, and because of what; absent if it says its kind itself. */
    readonly readAs?: string;
    /** What was left out of the evidence as it was given, or converted: quotation marks, `Bearer `. Absent if nothing was. */
    readonly notes?: readonly string[];
    /** Why the check that decided usually fails for an honest app or operator. Only if the verdict is `fail`. */
    readonly cause?: string;
    /** What to do about it, and who: `Operator: …`, `App author: …`. Only if the verdict is `fail`. */
    readonly remedy?: string;
    /** What the report says nothing about. The checks of it are not among `checks`. */
    readonly notChecked: readonly InspectedKinds[Name]['notChecked'][];
  };
}[Kind];
