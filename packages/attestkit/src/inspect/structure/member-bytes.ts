import { decodeEither } from '../../kernel/bytes/base64.js';

/** Bytes of a member; with a problem if they are not written as an evidence file has them. */
export interface Given {
  readonly bytes: Uint8Array;
  readonly problem?: string;
}

/** As much as can be read of a member that should be base64; undefined for one that is not text. */
export function bytesOf(value: unknown): Given | undefined {
  if (typeof value !== 'string') return undefined;
  const bytes = decodeEither(value);
  if (bytes !== undefined) return { bytes };
  const begin = /^-----BEGIN [A-Z ]+-----/.exec(value.trimStart());
  if (begin === null)
    return { bytes: Buffer.from(value, 'base64'), problem: 'it is not base64 in its one canonical form' };
  const inner = value.trimStart().slice(begin[0].length);
  const end = inner.indexOf('-----END');
  const body = end < 0 ? inner : inner.slice(0, end);
  return { bytes: Buffer.from(body, 'base64') };
}
