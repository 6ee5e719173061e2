// @ts-check
// Why this exists: mutants of encrypted tokens of Play Integrity: of the text, of the signed token inside that is
// encrypted again, and of the verdict that is signed again. Google does the latter two alone.
import { createCipheriv, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { mutators } from './approov-mutators.js';
import { jsonEdits } from './json-edits.js';
import { heldToOther, isInOrder, verdicts } from './verdict-corpus.js';

/** @typedef {import('./random.js').Random} Random */
/** @typedef {import('./run.js').Target} Target */
/** @typedef {import('./verdict-corpus.js').Verdict} Verdict */
/** @typedef {import('node:crypto').KeyObject} KeyObject */
/** @typedef {Pick<typeof import('attestkit/play-integrity'), 'playIntegrityKeys' | 'verifyPlayIntegrityToken' | 'inspectPlayIntegrityToken'>} Subject */
/** @typedef {{ name: string, token: string, inner: string, payload: Verdict['payload'], expected: Verdict['expected'] }} Sample */

/** Of an encrypted token the same can be done as to any other text; these edits need to know its parts. */
const OF_THREE_PARTS = /^(swap|take a part|write JSON|edit claims|inject|sign with|change the form)/;
const ENCRYPTED = Object.fromEntries(Object.entries(mutators).filter(([name]) => !OF_THREE_PARTS.test(name)));

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

/** @param {Subject} subject @param {Random} random @returns {Target} */
export function playIntegrityTarget(subject, random) {
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
      ...Object.keys(mutators).map((name) => `inside: ${name}`),
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
      // With a second set of keys, as while they are replaced, it comes to the same.
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

  /** Two of them say the same. @param {string} token @param {Verdict['expected']} expected */
  function isOfSame(token, expected) {
    return samples.some((each) => each.token === token && isInOrder(each.payload, expected));
  }

  /** @param {string} mutator @param {Sample} sample @returns {{ token: string, why?: () => string | undefined }} */
  function makeOne(mutator, { token, inner, payload, expected }) {
    const other = random.pick(samples);
    const group = /** @type {import('./approov-corpus.js').Group} */ ({ publicPem: own.pem });
    if (ENCRYPTED[mutator] !== undefined)
      return { token: ENCRYPTED[mutator](random, token, group, other.token) };
    if (mutator.startsWith('inside: ')) {
      const made = mutators[mutator.slice(8)]?.(random, inner, group, other.inner) ?? inner;
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

function responseKeys() {
  const secret = randomBytes(32);
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const verificationKey = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  const pem = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString();
  return { secret, privateKey, pem, printed: { decryptionKey: secret.toString('base64'), verificationKey } };
}

/** @param {string} payload @param {object} header @param {KeyObject} key */
function signed(payload, header, key) {
  const input = `${json(header)}.${Buffer.from(payload).toString('base64url')}`;
  return `${input}.${sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

/**
 * A256KW and A256GCM, or something else in their place.
 *
 * @param {string} plaintext @param {Buffer} secret @param {{ header?: object, contentKey?: Buffer, iv?: Buffer, tagLength?: number }} [odd]
 */
function encrypted(
  plaintext,
  secret,
  { header = {}, contentKey = randomBytes(32), iv = randomBytes(12), tagLength = 16 } = {},
) {
  const head = json({ alg: 'A256KW', enc: 'A256GCM', ...header });
  const wrap = createCipheriv('id-aes256-wrap', secret, Buffer.alloc(8, 0xa6));
  const wrapped = Buffer.concat([wrap.update(contentKey), wrap.final()]);
  const name = /** @type {'aes-256-gcm'} */ (`aes-${8 * contentKey.length}-gcm`);
  const cipher = createCipheriv(name, contentKey, iv, { authTagLength: tagLength });
  cipher.setAAD(Buffer.from(head));
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return [
    head,
    ...[wrapped, iv, ciphertext, cipher.getAuthTag()].map((each) => each.toString('base64url')),
  ].join('.');
}

/** @param {unknown} value */
function json(value) {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
