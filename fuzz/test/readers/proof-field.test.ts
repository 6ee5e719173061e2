import { describe, expect, it } from 'vitest';
import { signedRequests } from '../../src/kinds/sessions/signed-requests.js';
import { readProof, readProofText, type Separator } from '../../src/readers/proof-field.js';
import { subject } from '../../src/subject/subject.js';

const [authorization, xAppAttest] = signedRequests(subject);
if (authorization === undefined || xAppAttest === undefined) throw new Error('there are no fields');

describe.each([
  [authorization, ',' as Separator],
  [xAppAttest, ';' as Separator],
])('$name', ({ genuine, verify }, separator) => {
  const [text = '', , other = ''] = genuine;
  const reason = (changed: string): string | undefined => readProofText(changed, separator, [text]);

  it('carries for the reader what it carries for the library', () => {
    const read = separator === ',' ? subject.readAttestCredentials : subject.readProofField;
    for (const each of genuine) {
      const { keyId, proof, challenge } = read(each, subject.enforcing);
      const own = readProof(each, separator);
      expect(own?.key.toString('base64url')).toBe(keyId);
      expect(own?.assertion).toEqual(Buffer.from(proof, 'base64'));
      expect(own?.challenge).toBe(challenge);
    }
  });

  it('may be written in another way, and the library accepts that', () => {
    const written = text.replaceAll(separator, `  ${separator}\t`).replace(/key_id/, 'KEY_ID');
    expect(reason(text)).toBe('it came out as a genuine one');
    expect(reason(written)).toBe('the same parameters, written otherwise');
    expect(() => verify(written)).not.toThrow();
  });

  it.each<[string, (genuineText: string) => string]>([
    ['nothing', () => ''],
    ['another scheme', (given) => `Bearer ${given}`],
    ['a parameter twice', (given) => `${given}${separator}v=1`],
    ['a further parameter', (given) => `${given}${separator}x=1`],
    ['a parameter without a value', (given) => `${given}${separator}x`],
    ['another version', (given) => given.replace(/v="?1"?/, 'v=2')],
    ['an escaped character', (given) => given.replace(/v="?1"?/, 'v="\\1"')],
    ['a missing parameter', (given) => given.split(separator).slice(0, -1).join(separator)],
    ['the field of another phone', () => other],
  ])('may not be accepted with %s', (_, change) => {
    expect(change(text)).not.toBe(text);
    expect(reason(change(text))).toBeUndefined();
  });
});
