import type { EvidenceKindName, EvidencePart, EvidenceReport } from 'attestkit/inspect';

/** `POST /api/inspect`: 1 MiB at most. Nothing of it is kept or logged. */
export interface InspectRequest {
  /** What was pasted or opened. */
  readonly evidence: string;
  /** How `evidence` has bytes that are not text. Default: it is text. */
  readonly encoding?: 'base64';
  /** Instead of what it is recognized as. */
  readonly kind?: EvidenceKindName;
  /** ISO 8601. Default: what the evidence says, else now. */
  readonly at?: string;
  /** Members of an evidence file that the evidence does not have. */
  readonly members?: Readonly<Record<string, unknown>>;
}

/** One code of the catalog. */
export interface Explained {
  readonly code: string;
  readonly name: string;
  readonly stage: string;
  readonly says: string;
  readonly spec: string;
  readonly cause: string;
  readonly remedy: string;
}

/** What evidence was read as. */
export interface ReadAs {
  readonly kind: EvidenceKindName;
  /** `App Attest attestation` */
  readonly title: string;
  /** Members that the kind takes, with those that it needs first. */
  readonly takes: readonly {
    readonly member: string;
    /** Absent if it is optional; else what to give. */
    readonly give?: string;
    /** Other members of which one is enough. */
    readonly or?: readonly string[];
    /** Whether the evidence has it already. */
    readonly given: boolean;
  }[];
}

export type Inspected =
  /** It was inspected (200). */
  | {
      readonly report: EvidenceReport;
      readonly read: ReadAs;
      /** Of each code in the report. */
      readonly explained: readonly Explained[];
      readonly parts: readonly EvidencePart[];
    }
  /** A refused event was given, which has no evidence in it (200). */
  | {
      readonly event: Explained;
      readonly kind: EvidenceKindName | undefined;
      readonly at: string | undefined;
    }
  /** It cannot be inspected as it is (422). */
  | {
      readonly problem: { readonly member: string; readonly says: string; readonly remedy: string };
      readonly read?: ReadAs;
      readonly parts?: readonly EvidencePart[];
    };

/** `GET /api/errors`: the whole catalog. */
export interface Errors {
  readonly rooms: readonly { readonly title: string; readonly codes: readonly Explained[] }[];
}
