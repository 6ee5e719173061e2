import { createCorpus as createAndroid } from '../../src/kinds/key-attestation/corpus.js';
import { createCorpus } from '../../src/kinds/app-attest/corpus.js';
import { chainOf } from '../../src/kinds/app-attest/objects.js';
import { subject } from '../../src/subject/subject.js';

/** Certificates of virtual devices of all generations, each with a name. */
export function virtualChains(): [string, Buffer][] {
  const apple = createCorpus('attestation', subject).virtual.flatMap(({ name, objects }) =>
    chainOf(objects[0]?.tree ?? missing()).map((bytes, at) => [`${name}, ${at}`, bytes] as [string, Buffer]),
  );
  const android = createAndroid(subject).virtual.flatMap(({ name, chain }) =>
    chain.map((bytes, at) => [`${name}, ${at}`, bytes] as [string, Buffer]),
  );
  return [...apple, ...android];
}

function missing(): never {
  throw new Error('there is no object');
}
