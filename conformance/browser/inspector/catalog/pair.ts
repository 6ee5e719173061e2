/** Evidence with one defect. */
export interface Pair {
  /** `app-attest-attestation` */
  readonly kind: string;
  readonly defect: string;
  /** The code of the catalog of defects. */
  readonly code: string;
  /** An evidence file, with all that the check needs. */
  readonly file: Readonly<Record<string, unknown>>;
}

export const base64 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64');
