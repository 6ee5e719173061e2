import { decodeEither } from '../kernel/bytes/base64.js';
import type { Flaw, Member } from './members.js';

/** Bytes. Which encoding it is does not matter, but it has to be the one canonical text in it. */
export const bytes: Member<Uint8Array> = {
  is: 'base64 or base64url',
  read: (value) => (typeof value === 'string' ? decodeEither(value) : undefined),
  flaw: (value) => flawOf(value, ''),
};

/** A challenge as bytes; most servers return one that is text, and that belongs elsewhere. */
export const challengeBytes: Member<Uint8Array> = {
  ...bytes,
  flaw: (value) => challengeFlaw(value, bytes.is),
};

/** Null says what leaving it out says. */
export const challengeBytesOrNull: Member<Uint8Array | null> = {
  is: `${bytes.is}, or null`,
  read: (value) => (value === null ? null : bytes.read(value)),
  flaw: (value) => challengeFlaw(value, `${bytes.is}, or null`),
};

/** The texts that decode to these bytes, in UTF-8: one of them was meant if text was given as bytes by mistake. */
export function textsOf(given: Uint8Array | undefined): readonly Uint8Array[] {
  if (given === undefined) return [];
  return (['base64', 'base64url'] as const).map((form) => Buffer.from(Buffer.from(given).toString(form)));
}

export const listOfBytes: Member<readonly Uint8Array[]> = {
  is: 'a list of base64 or base64url',
  read(value) {
    const read = Array.isArray(value) ? value.map(bytes.read) : [undefined];
    return read.every((each) => each !== undefined) ? read : undefined;
  },
  flaw(value) {
    if (!Array.isArray(value)) return undefined;
    const at = value.findIndex((each) => bytes.read(each) === undefined);
    const one: unknown = value[at];
    if (typeof one !== 'string') return undefined;
    return flawOf(one, `[${at}]`) ?? { at: `[${at}]`, problem: `is not ${bytes.is}` };
  },
};

/** Text that stands for its UTF-8; text that is not Unicode does not have it. */
export const textAsBytes: Member<Uint8Array> = {
  is: 'a string, and not empty',
  read: (value) =>
    typeof value === 'string' && value !== '' && !/\p{Cs}/u.test(value) ? Buffer.from(value) : undefined,
};

function challengeFlaw(value: unknown, is: string): Flaw | undefined {
  if (typeof value !== 'string') return undefined;
  const remedy = 'A challenge as the server returned it, text, is challengeText.';
  return { at: '', problem: `is not ${is}`, remedy };
}

/** What people do to base64 on its way into a file. The server refuses it as well. */
function flawOf(value: unknown, at: string): Flaw | undefined {
  if (typeof value !== 'string') return undefined;
  if (value.includes('-----BEGIN'))
    return {
      at,
      problem: `is not ${bytes.is}: it is PEM`,
      remedy:
        'Leave out the lines -----BEGIN … and -----END …, and the line breaks: what is between is the base64.',
    };
  if (!/\s/.test(value)) return undefined;
  return {
    at,
    problem: `is not ${bytes.is}: it has line breaks or spaces`,
    remedy: 'Leave them out; on Android, Base64.NO_WRAP writes none.',
  };
}
