export const DAY_MS = 86_400_000;

/** One kind of entry of a store: its key and value as long as real ones. */
export interface StoreSample {
  readonly name: string;
  readonly family: 'record' | 'counter' | 'claim';
  /** The last eight characters are made different for each entry. */
  readonly key: string;
  /** Of records. */
  readonly value?: string | undefined;
  /** None is for ever. */
  readonly ttlDays?: number | undefined;
}

/** A digest of 32 bytes in base64url. */
const DIGEST = 'x'.repeat(43);

/** Text that does not compress better than JSON with keys and digests in it does. */
function text(length: number): string {
  let state = 1;
  return Array.from({ length }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'[state % 64];
  }).join('');
}

/** Lengths at which a record is usually found; the real records are given as a file. */
export const SAMPLES: readonly StoreSample[] = [
  {
    name: 'a short record, 150 characters',
    family: 'record',
    key: `key/${DIGEST}`,
    value: text(150),
    ttlDays: 460,
  },
  {
    name: 'a record of 700 characters',
    family: 'record',
    key: `device/${DIGEST}`,
    value: text(700),
    ttlDays: 400,
  },
  {
    name: 'a record of 1,500 characters',
    family: 'record',
    key: `device/${DIGEST}`,
    value: text(1500),
    ttlDays: 400,
  },
  {
    name: 'a record of 5,000 characters',
    family: 'record',
    key: `receipt/${DIGEST}`,
    value: text(5000),
    ttlDays: 460,
  },
  { name: 'a record for ever, 20 characters', family: 'record', key: `user/${DIGEST}`, value: text(20) },
  { name: 'a counter', family: 'counter', key: `count/${DIGEST}`, ttlDays: 460 },
  { name: 'a claim', family: 'claim', key: `spent/${DIGEST}`, ttlDays: 360 / 86_400 },
];
