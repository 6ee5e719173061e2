// Why this exists: edits of the fields in what a client carries: of octets at known places, and of the parameters of a header.
import type { Random } from '../../run/random.js';

/** Numbers at which a version, a time or a counter is at its limit. */
const EDGES = [0n, 1n, 2n, 3n, 4n, 0xffn, 0x7fff_ffffn, 0xffff_ffffn, 2n ** 47n, 2n ** 48n - 1n];

/** Writes another value into one of the fields; `fields` are their offsets in the octets of the base64url. */
export function editField(random: Random, text: string, fields: readonly number[]): string {
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

/** Writes the parameters of a header field in another way, which in most cases is in order. */
export function editParameters(random: Random, text: string, name: string): string {
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
