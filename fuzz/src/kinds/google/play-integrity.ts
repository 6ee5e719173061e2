// Why this exists: mutants of encrypted tokens of Play Integrity: of the text, of the signed token inside, and of the verdict
// in it. Only Google could make the latter two, because they are encrypted, or signed and encrypted, again.
import { randomBytes } from 'node:crypto';
import { jsonEdits } from '../../mutators/json-edits.js';
import { tokenEdits } from '../../mutators/token-edits.js';
import type { Target } from '../../rules/mutant.js';
import type { Random } from '../../run/random.js';
import type { Subject } from '../../subject/subject.js';
import { encrypted, responseKeys, signed } from './response-tokens.js';
import { isInOrder } from './verdict-appraisal.js';
import { heldToOther, verdicts, type Expectations, type Verdict } from './verdict-corpus.js';

/** A verdict in its token. */
interface Sample extends Verdict {
  readonly token: string;
  /** The signed token that is encrypted. */
  readonly inner: string;
}

/** A token, and why it may be accepted if it is not a genuine one again. */
interface Made {
  readonly token: string;
  readonly why?: () => string | undefined;
}

/** An encrypted token can be edited like any other text, but not by these edits, which need three parts. */
const OF_THREE_PARTS = /^(swap|take a part|write JSON|edit claims|inject|sign with|change the form)/;
const ENCRYPTED = Object.fromEntries(
  Object.entries(tokenEdits).filter(([name]) => !OF_THREE_PARTS.test(name)),
);

const HEADERS = [
  { alg: 'dir' },
  { alg: 'A128KW' },
  { alg: 'RSA-OAEP' },
  { alg: 'none' },
  { alg: ['A256KW'] },
  { enc: 'A128GCM' },
  { enc: 'A256CBC-HS512' },
  { enc: null },
  { zip: 'DEF' },
  { crit: ['exp'] },
  { crit: [] },
  { typ: 'JWT' },
  { cty: 'JWT' },
  { kid: '../../dev/null' },
  { epk: {} },
  JSON.parse('{"__proto__":{"zip":"DEF"}}'),
];
const SIGNED_HEADERS = [
  { alg: 'none' },
  { alg: 'HS256' },
  { alg: 'ES384' },
  { crit: ['b64'], b64: false },
  { jwk: {} },
  { typ: 'JWE' },
  { typ: 1 },
];

const PARTS = 'swap parts';
const OTHERS = 'take a part of another';
const HEADER = 'encrypted: odd header';
const SIZES = 'encrypted: odd sizes';
const SET = 'encrypted: keys of two sets';
const SIGNED_HEADER = 'signed: odd header';
const VERDICT = 'signed: odd verdict';
const HELD_TO_OTHER = 'hold to something else';

export function playIntegrityTarget(subject: Subject, random: Random): Target {
  const [own, second] = [responseKeys(), responseKeys()];
  const keys = subject.playIntegrityKeys(own.printed);
  const both = subject.playIntegrityKeys([second.printed, own.printed]);
  const swapped = subject.playIntegrityKeys([own.printed, second.printed]);
  const samples = verdicts().map(({ name, payload, expected }) => {
    const inner = signed(JSON.stringify(payload), { alg: 'ES256' }, own.privateKey);
    return { name, inner, payload, expected, token: encrypted(inner, own.secret) };
  });
  return {
    about: `${samples.length} tokens, all of keys of our own`,
    names: [
      ...Object.keys(ENCRYPTED),
      ...Object.keys(tokenEdits).map((name) => `inside: ${name}`),
      PARTS,
      OTHERS,
      HEADER,
      SIZES,
      SET,
      SIGNED_HEADER,
      VERDICT,
      HELD_TO_OTHER,
    ],
    make(mutator) {
      const sample = random.pick(samples);
      const expected = mutator === HELD_TO_OTHER ? heldToOther(random, sample.expected) : sample.expected;
      const { token, why } = makeOne(mutator, sample);
      // With a second set of keys, as during a rotation, the result must be the same.
      const [held, others] = mutator === SET ? [both, swapped] : [keys, both];
      const isGenuine = mutator !== HELD_TO_OTHER && token === sample.token;
      return {
        length: token.length,
        verify: () => subject.verifyPlayIntegrityToken(token, held, expected),
        remembering: () => subject.verifyPlayIntegrityToken(token, others, expected),
        inspect: () => subject.inspectPlayIntegrityToken(token, held, expected),
        mayBeAccepted: () =>
          isGenuine || isOfSame(token, expected) ? 'it came out as a genuine one' : why?.(),
        mustBeAccepted: () => isGenuine,
        shown: () => ({ from: sample.name, token, keys: own.printed, expected }),
      };
    },
  };

  /** Whether it is a genuine token that may be accepted with these expectations: two samples say the same. */
  function isOfSame(token: string, expected: Expectations): boolean {
    return samples.some((each) => each.token === token && isInOrder(each.payload, expected));
  }

  function makeOne(mutator: string, { token, inner, payload, expected }: Sample): Made {
    const other = random.pick(samples);
    if (ENCRYPTED[mutator] !== undefined)
      return { token: ENCRYPTED[mutator](random, token, own, other.token) };
    if (mutator.startsWith('inside: ')) {
      const made = tokenEdits[mutator.slice(8)]?.(random, inner, own, other.inner) ?? inner;
      const why = () =>
        samples.some((each) => each.inner === made && isInOrder(each.payload, expected))
          ? 'the signed token came out as a genuine one'
          : undefined;
      return { token: encrypted(made, own.secret), why };
    }
    const parts = token.split('.');
    switch (mutator) {
      case PARTS: {
        const all = [...parts, ...other.token.split('.')];
        return { token: Array.from({ length: 5 }, () => random.pick(all)).join('.') };
      }
      case OTHERS: {
        const at = random.below(5);
        const of = [other.token, encrypted(inner, own.secret)][random.below(2)] ?? '';
        return {
          token: parts.with(at, of.split('.')[at] ?? '').join('.'),
          why: () => (at === 0 ? 'the same header' : undefined),
        };
      }
      case HEADER: {
        const odd = random.pick(HEADERS);
        const isHarmless = ['typ', 'cty', 'kid', 'epk', '__proto__'].some((name) => Object.hasOwn(odd, name));
        const why = () => (isHarmless ? 'encrypted with a harmless header' : undefined);
        return { token: encrypted(inner, own.secret, { header: odd }), why };
      }
      case SIZES: {
        const odd = random.pick([
          { contentKey: randomBytes(random.pick([16, 24])) },
          { iv: randomBytes(random.pick([8, 11, 13, 16])) },
          { tagLength: random.pick([4, 8, 12, 13, 15]) },
        ]);
        return { token: encrypted(inner, own.secret, odd) };
      }
      case SET: {
        const [secret, key] = random.oneIn(2)
          ? [second.secret, own.privateKey]
          : [own.secret, second.privateKey];
        return { token: encrypted(signed(JSON.stringify(payload), { alg: 'ES256' }, key), secret) };
      }
      case SIGNED_HEADER: {
        const header = { alg: 'ES256', ...random.pick(SIGNED_HEADERS) };
        const why = () => ('jwk' in header ? 'signed with a harmless header' : undefined);
        return { token: encrypted(signed(JSON.stringify(payload), header, own.privateKey), own.secret), why };
      }
      case VERDICT: {
        const made = random.pick(Object.values(jsonEdits))(random, payload);
        const why = () => (isInOrder(made, expected) ? 'signed again, and in order' : undefined);
        return {
          token: encrypted(signed(JSON.stringify(made), { alg: 'ES256' }, own.privateKey), own.secret),
          why,
        };
      }
      default:
        return { token };
    }
  }
}
