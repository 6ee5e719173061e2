// Why this exists: mutants of signed requests. Accepted may be those in which nothing that the signature covers differs from a
// request that was signed, and those signed with the right key in which a second reading finds nothing missing.
import type { Mutant, Target } from '../../rules/mutant.js';
import { NOW, SECONDS } from '../../run/now.js';
import type { Random } from '../../run/random.js';
import type { Subject } from '../../subject/subject.js';
import { editText } from './text-edits.js';
import { BASE, createPhone, REQUESTS, type Phone, type SignedWire, type Wire } from './signed-wire.js';

type Edit = (random: Random, wire: SignedWire, other: SignedWire) => Wire;

const METHODS = ['GET', 'POST', 'PUT', 'get', 'DELETE', 'HEAD', 'PATCH', ''];

/** Fields whose values an edit changes: all but those of the signature, which have edits of their own. */
function plainFields(wire: Wire): string[] {
  return Object.keys(wire.fields).filter((name) => !name.startsWith('signature'));
}

const withField = (wire: Wire, name: string, lines: readonly string[]): Wire => ({
  ...wire,
  fields: { ...wire.fields, [name]: lines },
});

const lineOf = (wire: Wire, name: string): string => wire.fields[name]?.[0] ?? '';

const editLine = (random: Random, wire: Wire, name: string): Wire =>
  withField(wire, name, [editText(random, lineOf(wire, name))]);

const edits: Readonly<Record<string, Edit>> = {
  'change the method': (random, wire) => ({ ...wire, method: random.pick(METHODS) }),
  'edit the target': (random, wire) => ({ ...wire, target: editText(random, wire.target) }),
  'take the target of another': (_random, wire, other) => ({ ...wire, target: other.target }),
  'edit a field': (random, wire) => editLine(random, wire, random.pick(plainFields(wire))),
  'remove a field': (random, wire) => withField(wire, random.pick(Object.keys(wire.fields)), []),
  'add a line': (random, wire) => {
    const name = random.pick(Object.keys(wire.fields));
    const line = random.pick([lineOf(wire, name), '', 'x', 'install=()', 'install=::']);
    const lines = wire.fields[name] ?? [];
    return withField(wire, name, random.oneIn(2) ? [...lines, line] : [line, ...lines]);
  },
  'split a line': (random, wire) => {
    const name = random.pick(Object.keys(wire.fields));
    const parts = lineOf(wire, name).split(', ');
    return withField(wire, name, parts.length > 1 ? parts : lineOf(wire, name).split(';'));
  },
  'put blanks around': (random, wire) => {
    const name = random.pick(Object.keys(wire.fields));
    return withField(wire, name, [
      `${random.pick([' ', '\t', '  '])}${lineOf(wire, name)}${random.pick(['', ' ', '\t'])}`,
    ]);
  },
  'edit the body': (random, wire) => ({
    ...wire,
    body: random.oneIn(4)
      ? random.bytes(8)
      : Buffer.from(editText(random, wire.body.toString('latin1')), 'latin1'),
  }),
  'take the body of another': (_random, wire, other) => ({ ...wire, body: other.body }),
  'edit the input': (random, wire) => editLine(random, wire, 'signature-input'),
  'edit the signature': (random, wire) => editLine(random, wire, 'signature'),
  'take the signature of another': (random, wire, other) =>
    withField(
      random.oneIn(2) ? wire : withField(wire, 'signature-input', [lineOf(other, 'signature-input')]),
      'signature',
      [lineOf(other, 'signature')],
    ),
  'take a field of another': (random, wire, other) => {
    const name = random.pick(plainFields(other));
    return withField(wire, name, other.fields[name] ?? []);
  },
  'change the components': (random, wire) =>
    withField(wire, 'signature-input', [
      lineOf(wire, 'signature-input').replace(/\(([^)]*)\)/, (_, list: string) => {
        const names = list.split(' ');
        const at = random.below(names.length);
        const piece = random.pick([
          '',
          '"@path"',
          names[at] ?? '',
          '"date"',
          '"@query-param";name="a"',
          '@method',
          '"@method";req',
        ]);
        names.splice(at, random.below(2), ...(piece === '' ? [] : [piece]));
        return `(${(random.oneIn(8) ? names.toReversed() : names).join(random.oneIn(8) ? '  ' : ' ')})`;
      }),
    ]),
  'change a parameter': (random, wire) =>
    withField(wire, 'signature-input', [
      lineOf(wire, 'signature-input').replace(
        random.pick([/created=\d+/, /expires=\d+/, /alg="[^"]*"/]),
        (found) =>
          random.pick([
            '',
            `${found};${found}`,
            `${found}.0`,
            found.replace('=', '=@'),
            `created=${SECONDS + random.below(400) - 200}`,
            `expires=${SECONDS + random.below(400) - 200}`,
            'alg="hmac-sha256"',
            'alg=ecdsa-p256-sha256',
            `${found};x`,
          ]),
      ),
    ]),
  'add a label': (random, wire) => {
    const name = random.pick(['signature', 'signature-input']);
    const more = random.pick([
      'install=()',
      'account=()',
      'sig1=::',
      'install',
      'x=1',
      'install=("@method")',
    ]);
    const line = lineOf(wire, name);
    return withField(wire, name, [random.oneIn(2) ? `${more}, ${line}` : `${line}, ${more}`]);
  },
};

/** Signed anew, with the right key, over a list of components and with parameters of the mutator's own. */
const SIGNED = 'signed: odd';

const REQUIRED = ['@method', 'approov-token'];
const TARGETS = [['@target-uri'], ['@authority', '@request-target'], ['@authority', '@path', '@query']];

export function messageSigningTarget(subject: Subject, random: Random): Target {
  const secretBase64 = random.bytes(64).toString('base64');
  const evidence = subject.approov({ secretBase64 });
  const demand = evidence.demand({});
  const signing = subject.signingDemand(true, { baseUrl: BASE }, undefined);
  const phones = [createPhone(subject, random, secretBase64), createPhone(subject, random, secretBase64)];
  const genuine = phones.flatMap((phone) => REQUESTS.map((request) => phone.signed(request)));
  for (const wire of genuine) verify(wire);
  return {
    about: `${genuine.length} requests of ${phones.length} installations`,
    names: [...Object.keys(edits), SIGNED],
    make(mutator): Mutant {
      const from = random.pick(genuine);
      const wire =
        mutator === SIGNED ? odd(from.phone) : (edits[mutator]?.(random, from, random.pick(genuine)) ?? from);
      const isSame = () => genuine.some((each) => differsIn(each, wire) === undefined);
      const why = () => {
        if (mutator === SIGNED)
          return isComplete(wire) ? 'signed with the right key, and complete' : undefined;
        return isSame() ? 'nothing that is covered differs' : undefined;
      };
      return {
        length:
          wire.target.length + lineOf(wire, 'signature-input').length + lineOf(wire, 'signature').length,
        verify: () => verify(wire),
        remembering: () => verify(wire),
        inspect: undefined,
        mayBeAccepted: why,
        mustBeAccepted: () => false,
        shown: () => ({ ...wire, body: wire.body.toString('base64') }),
      };
    },
  };

  /** As the provider does: the field of the token, the token, the signature, the body. */
  function verify({ method, target, fields: lines, body }: Wire): unknown {
    const fields = (name: string): readonly string[] => lines[name] ?? [];
    const request = { method, target, fields };
    const found = evidence.find(request);
    if (!found.present) throw new subject.AttestationError(found.check);
    const appraisal = evidence.verify(found.item, {
      request,
      demand,
      now: NOW,
      clock: () => NOW,
      enforcement: 'enforce',
      results: {},
      body: () => Promise.resolve(body),
    });
    if ('then' in appraisal || signing === undefined) throw new Error('the token was not verified at once');
    const whole = target.startsWith('/') ? subject.readTarget(`${BASE}${target}`) : undefined;
    const message = { method, target: whole, fields };
    const { rules } = signing;
    const covered = subject.appraiseSignature(
      appraisal.result,
      message,
      rules,
      ['approov-token'],
      NOW,
      subject.enforcing,
    );
    subject.appraiseBody(covered.signature, message, body, rules, subject.enforcing);
    return covered;
  }

  function odd(phone: Phone): Wire {
    const request = random.pick(REQUESTS);
    const all = [
      '@method',
      '@target-uri',
      '@authority',
      '@path',
      '@query',
      '@request-target',
      'approov-token',
      'content-digest',
      'authorization',
    ];
    const components = all.filter(
      (name) => !random.oneIn(3) && (name !== 'content-digest' || request.body !== ''),
    );
    const created = SECONDS + random.below(200) - 100;
    return phone.signed(request, {
      components: random.oneIn(2) ? components : components.toReversed(),
      times: `;created=${created};expires=${created + random.below(400) - 20}`,
    });
  }
}

/** A second reading of what must be there: the components, and the times with a leeway of 60 seconds and a life of 300. */
function isComplete(wire: Wire): boolean {
  const input = lineOf(wire, 'signature-input');
  const names = [...(/\(([^)]*)\)/.exec(input)?.[1] ?? '').matchAll(/"([^"]+)"/g)].map(
    ([, name = '']) => name,
  );
  const [created = Number.NaN, expires = Number.NaN] = ['created', 'expires'].map((name) =>
    Number(new RegExp(`;${name}=(-?\\d+)`).exec(input)?.[1]),
  );
  const isCovered =
    REQUIRED.every((name) => names.includes(name)) &&
    TARGETS.some((parts) => parts.every((part) => names.includes(part)));
  const hasDigest = wire.body.length === 0 || names.includes('content-digest');
  const isNow =
    created <= SECONDS + 60 && SECONDS <= expires + 60 && expires >= created && expires - created <= 300;
  return isCovered && hasDigest && isNow;
}

/** The first thing that the signature of a genuine request covers, and that another request has otherwise. */
function differsIn(genuine: SignedWire, wire: Wire): string | undefined {
  if (genuine.raw !== rawOf(wire)) return 'signature';
  if (genuine.method !== wire.method) return 'method';
  if (genuine.target !== wire.target) return 'target';
  if (!genuine.body.equals(wire.body)) return 'body';
  return genuine.covered.find((name) => trimmed(genuine.fields[name]) !== trimmed(wire.fields[name]));
}

/** The lines of a field as one value; a field that is absent is not an empty one. */
function trimmed(lines: readonly string[] = []): string {
  return lines.length === 0
    ? '-'
    : `+${lines.map((line) => line.replaceAll(/^[ \t]+|[ \t]+$/g, '')).join(', ')}`;
}

/** The numbers of the signature, however they are written around. */
function rawOf(wire: Wire): string {
  const text = /(?:^|[, \t])install=[:"]([A-Za-z0-9+/=]+)[:"]/.exec(
    ` ${wire.fields['signature']?.join(', ') ?? ''}`,
  );
  return text?.[1] ?? '';
}
