// @ts-check
// Why this exists: mutants of what a client carries between calls, and which of them may be accepted: what the server
// made, and nothing else; of the header fields also those that carry the same in other words.
import { mutators } from './approov-mutators.js';
import { HEADERS, isHeader } from './session-headers.js';
import { CLAIMS, createCarriers, SECONDS } from './session-corpus.js';

/** @typedef {import('./session-corpus.js').Carrier} Carrier */
/** @typedef {import('./session-corpus.js').Subject} Subject */
/** @typedef {import('./random.js').Random} Random */
/** @typedef {import('./run.js').Target} Target */
/** @typedef {(random: Random, carrier: Carrier, from: string, carriers: readonly Carrier[]) => string} Mutator */

/** Those that need the three parts of a token. */
const OF_TOKENS = [
  'take a part of another',
  'write JSON otherwise',
  'edit claims',
  'swap the algorithm',
  'inject header parameters',
  'sign with another key',
];
/** Signed with the right secret. @type {Readonly<Record<string, (random: Random) => { header: Record<string, unknown>, claims: unknown }>>} */
const signed = {
  'signed: odd claims': (random) => ({ header: {}, claims: oddClaims(random) }),
  'signed: odd claims and header': (random) => ({ header: random.pick(HEADERS), claims: oddClaims(random) }),
  'signed: no claims': (random) => ({
    header: {},
    claims: random.pick([null, 1, 'x', [], [CLAIMS], true, {}]),
  }),
};
const EDGES = [0n, 1n, 2n, 3n, 4n, 0xffn, 0x7fff_ffffn, 0xffff_ffffn, 2n ** 47n, 2n ** 48n - 1n];
const VALUES = [
  undefined,
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 32,
  SECONDS,
  SECONDS + 1,
  SECONDS - 1,
  1e300,
  '',
  'x',
  'a b',
  'ü',
  'x'.repeat(129),
  [],
  [0],
  [0, 0, 0],
  [0, -1],
  [0, 2 ** 32],
  ['0', '0'],
  {},
  { jkt: '' },
  { jkt: 'x', ip: 'x' },
  { ip: 1 },
  { ua: 'x' },
  'attested_session',
  'https://api.example.com',
];
/** @type {Readonly<Record<string, Mutator>>} */
const own = {
  'take it for another': (random, _, __, carriers) => random.pick(random.pick(carriers).genuine),
  'made by a stranger, or for another': (random, carrier) => random.pick(carrier.forged),
  'edit a field': (random, { fields, name }, from) =>
    fields.length > 0 ? editField(random, from, fields) : editParameters(random, from, name),
  'edit parameters': (random, { name }, from) => editParameters(random, from, name),
};

/** @param {Subject} subject @param {Random} random @returns {Target} */
export function sessionTarget(subject, random) {
  const carriers = createCarriers(subject, random);
  for (const { name, genuine, verify } of carriers) {
    for (const text of genuine) verify(text);
    if (genuine.length === 0) throw new Error(`there is no ${name}`);
  }
  return {
    about: `${carriers.flatMap(({ genuine }) => genuine).length} texts of ${carriers.length} kinds`,
    names: [...Object.keys(mutators), ...Object.keys(own), ...Object.keys(signed)],
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
        shown: () => ({ carrier: carrier.name, text, now: SECONDS * 1000 }),
      };
    },
  };

  /** @param {string} mutator @param {Carrier} carrier */
  function mutate(mutator, carrier) {
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
    const group = /** @type {import('./approov-corpus.js').Group} */ ({ publicPem: carrier.publicPem });
    const text =
      own[mutator]?.(random, carrier, from, carriers) ??
      mutators[mutator]?.(random, from, group, other) ??
      '';
    return {
      text,
      mayBeAccepted: () => carrier.mayBeAccepted(text),
      mustBeAccepted: () => carrier.genuine.includes(text),
    };
  }
}

/** @param {Random} random @param {string} text @param {readonly number[]} fields */
function editField(random, text, fields) {
  const bytes = Buffer.from(text, 'base64url');
  const index = random.below(fields.length);
  const [start = 0, end = bytes.length] = fields.slice(index, index + 2);
  const field = bytes.subarray(start, end);
  const edge = random
    .pick(EDGES)
    .toString(16)
    .padStart(2 * field.length, '0')
    .slice(-2 * field.length);
  const value = random.pick([
    Buffer.from(edge, 'hex'),
    random.bytes(field.length),
    Buffer.alloc(field.length),
    field.subarray(1),
    Buffer.from(field.toReversed()),
  ]);
  return Buffer.concat([bytes.subarray(0, start), value, bytes.subarray(end)]).toString('base64url');
}

/** Writes the parameters of a field in other words, most of which are in order. @param {Random} random @param {string} text @param {string} name */
function editParameters(random, text, name) {
  const separator = name === 'X-App-Attest' ? ';' : ',';
  const scheme = /^attest /i.exec(text)?.[0] ?? '';
  const parameters = text
    .slice(scheme.length)
    .split(separator)
    .map((each) => {
      const [, key = each.trim(), value = ''] = /^\s*([^=]*)="?([^"]*)"?$/.exec(each) ?? [];
      return { key, value };
    });
  const at = random.below(parameters.length);
  const picked = parameters[at] ?? { key: 'v', value: '1' };
  const { key, value } = picked;
  const bytes = Buffer.from(value, 'base64');
  const edits = [
    () => parameters.push(...parameters.splice(at, 1)),
    () => parameters.push(picked),
    () => parameters.splice(at, 1),
    () =>
      parameters.push({
        key: random.pick(['signature', 'challenge', 'V', 'key_id', 'x', '']),
        value: random.pick(['1', '', value]),
      }),
    () =>
      Object.assign(picked, {
        key: random.pick([key.toUpperCase(), ` ${key}`, `${key}\t`, `${key} `, '', `${key}*`, `\n${key}`]),
      }),
    () => Object.assign(picked, { value: bytes.toString(random.pick(['base64', 'base64url', 'hex'])) }),
    () =>
      Object.assign(picked, {
        value: random.pick([
          '',
          '1',
          '01',
          '2',
          'A',
          '\\',
          ' ',
          `${value} `,
          `${value}=`,
          `${value}\\"`,
          '"',
          `${value}A`,
        ]),
      }),
  ];
  for (let left = random.below(3); left > 0; left -= 1) random.pick(edits)();
  const start = random.pick([
    scheme,
    scheme.toLowerCase(),
    scheme.toUpperCase(),
    `${scheme} `,
    `\t${scheme}`,
    '',
    `Attest  `,
    'Attest\t',
    'Bearer ',
  ]);
  const written = parameters.map((each) => {
    const form = random.pick(['"', '"', '', "'"]);
    return each.key + random.pick(['=', '=', ' = ', '\t=', '== ']) + form + each.value + form;
  });
  const space = random.pick(['', ' ', '\t', ' \t ', '  ', '\n']);
  return (
    (random.oneIn(2) ? scheme : start) +
    written.join(random.pick([separator, separator, ',', ';', ' ']) + space) +
    random.pick(['', '', '', separator, ' ', '\t'])
  );
}

/** @param {Random} random */
function oddClaims(random) {
  /** @type {Record<string, unknown>} */
  const claims = { ...CLAIMS };
  const names = [...Object.keys(CLAIMS), 'sub', 'bnd', 'nbf', 'x'];
  for (let left = random.below(3); left > 0; left -= 1) claims[random.pick(names)] = random.pick(VALUES);
  if (!random.oneIn(3)) return claims;
  const member = random.pick([...Object.keys(CLAIMS.attestation), 'integrity', 'virtual', 'x']);
  const value = random.pick([...VALUES, 'hardware']);
  return { ...claims, attestation: { ...CLAIMS.attestation, [member]: value } };
}

/** Whether claims of a good signature are those of a session. @param {Record<string, unknown>} claims */
function isSession(claims) {
  const { type, device_id, iat, exp, nbf, jti, sid, rid, kind, attestation, cnf, sub, bnd, iss, aud } =
    claims;
  const [service] = [CLAIMS.iss];
  const isFor = aud === service || (Array.isArray(aud) && aud.includes(service));
  if (type !== CLAIMS.type || iss !== service || !isFor) return false;
  for (const time of [iat, exp, nbf ?? 0])
    if (typeof time !== 'number' || !Number.isFinite(time)) return false;
  if (nbf === null || Number(exp) <= SECONDS || Number(nbf ?? 0) > SECONDS) return false;
  if (![device_id, jti, sid, rid, kind].every(isName) || !isAttestation(attestation)) return false;
  if (cnf !== undefined && !(isObject(cnf) && isName(cnf['jkt']))) return false;
  if (sub !== undefined && (typeof sub !== 'string' || sub === '')) return false;
  if (bnd === undefined) return true;
  return isObject(bnd) && [bnd['ip'], bnd['ua']].every((each) => each === undefined || isName(each));
}

/** What the evidence behind a session said. @param {unknown} value */
function isAttestation(value) {
  if (!isObject(value)) return false;
  const { platform, app_id, environment, integrity, attested_at, virtual, facts } = value;
  const steps = [undefined, 'app', 'basic', 'device', 'hardware'];
  const isNamed = [platform, app_id, environment].every((each) => typeof each === 'string');
  if (!isNamed || !steps.some((step) => step === integrity) || !isObject(facts)) return false;
  return (
    typeof attested_at === 'number' &&
    Number.isFinite(attested_at) &&
    [undefined, true].includes(/** @type {never} */ (virtual))
  );
}

/** @param {unknown} value */
function isName(value) {
  return (
    typeof value === 'string' && value.length >= 1 && value.length <= 128 && !/[^A-Za-z0-9._:-]/.test(value)
  );
}

/** @param {unknown} value @returns {value is Record<string, unknown>} */
function isObject(value) {
  return Object.prototype.toString.call(value) === '[object Object]';
}
