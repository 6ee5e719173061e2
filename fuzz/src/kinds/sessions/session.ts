// Why this exists: mutants of what a client carries between calls. Accepted may be what the server made, and of the header
// fields also values that carry the same in other words.
import { tokenEdits } from '../../mutators/token-edits.js';
import { isObject } from '../../readers/json.js';
import type { Mutant, Target } from '../../rules/mutant.js';
import { NOW } from '../../run/now.js';
import type { Random } from '../../run/random.js';
import type { Subject } from '../../subject/subject.js';
import type { Carrier } from './carrier.js';
import { createCarriers } from './carriers.js';
import { CLAIMS, isSession, oddClaims } from './claims.js';
import { editField, editParameters } from './field-edits.js';
import { HEADERS, isHeader } from './headers.js';

/** An edit that knows what kind of text it edits. */
type CarrierEdit = (random: Random, carrier: Carrier, from: string, carriers: readonly Carrier[]) => string;

/** A text, and what the rules ask about it. */
type Mutated = { readonly text: string } & Pick<Mutant, 'mayBeAccepted' | 'mustBeAccepted'>;

/** A header beside the usual one, and the claims of a token. */
interface SignedParts {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: unknown;
}

/** The edits that need the three parts of a token. */
const OF_TOKENS = [
  'take a part of another',
  'write JSON otherwise',
  'edit claims',
  'swap the algorithm',
  'inject header parameters',
  'sign with another key',
];
/** Signed with the right secret. */
const signed: Readonly<Record<string, (random: Random) => SignedParts>> = {
  'signed: odd claims': (random) => ({ header: {}, claims: oddClaims(random) }),
  'signed: odd claims and header': (random) => ({ header: random.pick(HEADERS), claims: oddClaims(random) }),
  'signed: no claims': (random) => ({
    header: {},
    claims: random.pick([null, 1, 'x', [], [CLAIMS], true, {}]),
  }),
};
const own: Readonly<Record<string, CarrierEdit>> = {
  'take it for another': (random, _, __, carriers) => random.pick(random.pick(carriers).genuine),
  'made by a stranger, or for another': (random, carrier) => random.pick(carrier.forged),
  'edit a field': (random, { fields, name }, from) =>
    fields.length > 0 ? editField(random, from, fields) : editParameters(random, from, name),
  'edit parameters': (random, { name }, from) => editParameters(random, from, name),
};

export function sessionTarget(subject: Subject, random: Random): Target {
  const carriers = createCarriers(subject, random);
  for (const { name, genuine, verify } of carriers) {
    for (const text of genuine) verify(text);
    if (genuine.length === 0) throw new Error(`there is no ${name}`);
  }
  return {
    about: `${carriers.flatMap(({ genuine }) => genuine).length} texts of ${carriers.length} kinds`,
    names: [...Object.keys(tokenEdits), ...Object.keys(own), ...Object.keys(signed)],
    make(mutator) {
      const tokens = carriers.filter(({ sign }) => sign !== undefined);
      const carrier = random.pick(
        signed[mutator] !== undefined
          ? tokens
          : OF_TOKENS.includes(mutator)
            ? carriers.slice(0, 3)
            : carriers,
      );
      const { text, mayBeAccepted, mustBeAccepted } = mutate(mutator, carrier);
      return {
        length: text.length,
        verify: () => carrier.verify(text),
        remembering: () => (carrier.remembering ?? carrier.verify)(text),
        inspect: carrier.inspect && (() => carrier.inspect?.(text) ?? { verdict: 'fail', code: 'none' }),
        mayBeAccepted,
        mustBeAccepted,
        shown: () => ({ carrier: carrier.name, text, now: NOW }),
      };
    },
  };

  function mutate(mutator: string, carrier: Carrier): Mutated {
    const odd = signed[mutator]?.(random);
    if (odd !== undefined) {
      const { header, claims } = odd;
      const text = carrier.sign?.(header, claims) ?? '';
      const isInOrder = isHeader(header) && isObject(claims) && isSession(claims);
      const mayBeAccepted = () => (isInOrder ? 'signed with the right secret, and in order' : undefined);
      return { text, mayBeAccepted, mustBeAccepted: () => isInOrder };
    }
    const from = random.pick(carrier.genuine);
    const other = random.pick(random.oneIn(2) ? carrier.genuine : random.pick(carriers).genuine);
    const text =
      own[mutator]?.(random, carrier, from, carriers) ??
      tokenEdits[mutator]?.(random, from, carrier, other) ??
      '';
    return {
      text,
      mayBeAccepted: () => carrier.mayBeAccepted(text),
      mustBeAccepted: () => carrier.genuine.includes(text),
    };
  }
}
