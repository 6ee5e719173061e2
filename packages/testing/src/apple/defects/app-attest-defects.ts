import type { ErrorCode } from 'attestkit/catalog';
import { ConfigurationError } from 'attestkit/errors';
import { ASSERTION_DEFECTS } from './assertion.js';
import { ATTESTED_DATA_DEFECTS } from './attested-data.js';
import { CHAIN_DEFECTS } from './chain.js';
import type { DefectWith, Expectation } from './defect.js';
import type { AssertionSteps } from '../make-assertion.js';
import type { AttestationSteps } from '../make-attestation.js';
import type { ReceiptSteps } from '../make-receipt.js';
import { OBJECT_DEFECTS } from './object.js';
import { RECEIPT_DEFECTS } from './receipt.js';
import { RECEIPT_FIELD_DEFECTS } from './receipt-fields.js';

const DEFECTS = {
  attestation: { ...OBJECT_DEFECTS, ...CHAIN_DEFECTS, ...ATTESTED_DATA_DEFECTS },
  assertion: ASSERTION_DEFECTS,
  receipt: { ...RECEIPT_DEFECTS, ...RECEIPT_FIELD_DEFECTS },
} as const;

/** What a defect is of. */
export type DefectTarget = keyof typeof DEFECTS;

/** The name of a defect of these: `DefectOf<'assertion'>`. */
export type DefectOf<Target extends DefectTarget> = {
  [T in Target]: keyof (typeof DEFECTS)[T] & string;
}[Target];

/** The name of a defect: `other-challenge`, `assertion-single-hash`, `receipt-signature`, … */
export type AppAttestDefect = DefectOf<DefectTarget>;

/** A defect, and what has to come of it. */
export interface AppAttestDefectFacts {
  readonly target: DefectTarget;
  /** What is wrong, for people. */
  readonly says: string;
  /** The code that the verifier has to refuse it with. */
  readonly code: ErrorCode;
  /** The expectation without which it is accepted: the object is genuine, and only not what somebody wants. */
  readonly needs: Expectation | undefined;
}

/** Every defect that the virtual iPhone can make. */
export const APP_ATTEST_DEFECTS = Object.freeze(
  Object.fromEntries([...factsOf('attestation'), ...factsOf('assertion'), ...factsOf('receipt')]),
) as Readonly<Record<AppAttestDefect, AppAttestDefectFacts>>;

function factsOf(target: DefectTarget): [string, AppAttestDefectFacts][] {
  const defects: Readonly<Record<string, DefectWith<object>>> = DEFECTS[target];
  return Object.entries(defects).map(([name, { code, says, needs }]) => [
    name,
    Object.freeze({ target, code, says, needs }),
  ]);
}

/** The steps that a defect changes; those of a receipt concern the receipt that the attestation carries. */
export function attestationSteps(name: string | undefined): AttestationSteps {
  if (name !== undefined && Object.hasOwn(DEFECTS.receipt, name)) return { receipt: receiptSteps(name) };
  return stepsNamed<AttestationSteps>(DEFECTS.attestation, name);
}

export function assertionSteps(name: string | undefined): AssertionSteps {
  return stepsNamed<AssertionSteps>(DEFECTS.assertion, name);
}

export function receiptSteps(name: string | undefined): ReceiptSteps {
  return stepsNamed<ReceiptSteps>(DEFECTS.receipt, name);
}

function stepsNamed<Steps extends object>(
  defects: Readonly<Record<string, Steps>>,
  name: string | undefined,
): Partial<Steps> {
  if (name === undefined) return {};
  const defect = Object.hasOwn(defects, name) ? defects[name] : undefined;
  if (defect !== undefined) return defect;
  throw new ConfigurationError('defect', 'is not known', `Give one of ${Object.keys(defects).join(', ')}.`);
}
