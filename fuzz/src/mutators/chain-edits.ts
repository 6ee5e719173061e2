// Why this exists: edits of a list of certificates; the certificates stay as they are.
import type { Random } from '../run/random.js';

type Chain = readonly Buffer[];

/** `other` is another genuine chain. */
type ChainEdit = (random: Random, chain: Chain, other: Chain) => Chain;

export const chainEdits: Readonly<Record<string, ChainEdit>> = {
  'leave certificates out': (random, chain) =>
    chain.toSpliced(random.below(chain.length), 1 + random.below(3)),
  'repeat a certificate': (random, chain) => {
    const at = random.below(chain.length);
    const times = random.oneIn(4) ? random.below(60) : 1;
    return chain.toSpliced(at, 0, ...Array.from({ length: times }, () => chain[at] as Buffer));
  },
  'change the order of certificates': (random, chain) =>
    random.oneIn(4)
      ? chain.toReversed()
      : chain
          .toSpliced(random.below(chain.length), 1)
          .toSpliced(random.below(chain.length), 0, random.pick(chain)),
  'put in a certificate of another': (random, chain, other) =>
    chain.toSpliced(random.below(chain.length + 1), random.below(2), random.pick(other)),
  'extend below the leaf': (random, chain, other) => [
    (random.oneIn(2) ? other[0] : chain[random.below(chain.length)]) as Buffer,
    ...chain,
  ],
  'splice two chains': (random, chain, other) => [
    ...chain.slice(0, random.below(chain.length + 1)),
    ...other.slice(random.below(other.length + 1)),
  ],
};
