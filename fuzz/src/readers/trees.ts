// Why this exists: genuine objects must be taken apart before single parts of them can be changed.
import { readAuthenticatorData } from './authenticator-data.js';
import { opened, readBer } from './ber.js';
import { readCbor } from './cbor.js';
import { encode, raw, row, type Part } from './tree.js';

export function treeOfAttestation(attestation: Uint8Array): Part {
  return treeOfMap(attestation, (name, part) => {
    if (name === 'x5c')
      return { ...part, children: part.children?.map((each) => filled(each, [opened(ber(each))])) };
    if (name === 'authData') return filled(part, readAuthenticatorData(contentOf(part), true));
    return part;
  });
}

export function treeOfAssertion(assertion: Uint8Array): Part {
  return treeOfMap(assertion, (name, part) => {
    if (name === 'signature') return filled(part, [opened(ber(part))]);
    if (name === 'authenticatorData') return filled(part, readAuthenticatorData(contentOf(part), false));
    return part;
  });
}

/** For a receipt, a certificate, a key description. */
export function treeOfDer(bytes: Uint8Array): Part {
  const part = readBer(Buffer.from(bytes));
  return checked(part === undefined ? undefined : opened(part), bytes);
}

function treeOfMap(bytes: Uint8Array, open: (name: string, part: Part) => Part): Part {
  const inMap = (part: Part): Part => {
    if (part.kind !== 'cbor' || part.major !== 5) return part;
    const children = part.children?.map((child, index, all) => {
      const key = index % 2 === 1 ? all[index - 1] : undefined;
      return key === undefined ? child : inMap(open(String(key.content), child));
    });
    return { ...part, children };
  };
  const part = readCbor(Buffer.from(bytes));
  return checked(part === undefined ? undefined : inMap(part), bytes);
}

/** A row with the part; throws if the part is not written as the bytes, because then it would be mutated wrongly. */
function checked(part: Part | undefined, bytes: Uint8Array): Part {
  if (part === undefined || !encode(part).equals(bytes))
    throw new Error('a genuine object cannot be taken apart');
  return row([part]);
}

function filled(part: Part, children: readonly Part[]): Part {
  return { ...part, content: undefined, children };
}

function contentOf(part: Part): Buffer {
  return part.content ?? Buffer.alloc(0);
}

function ber(part: Part): Part {
  return readBer(contentOf(part)) ?? raw(contentOf(part));
}
