import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { jsonForms } from '../../src/sessions/evidence/json-forms.js';
import { clientDataMistakes } from '../../src/sessions/evidence/line-mistakes.js';
import { replacementBytes, requestBytes, sessionBytes } from '../../src/sessions/index.js';

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** The texts that are looked for, each with the first words of what is said of it. */
function looked(clientData: Uint8Array | string, body?: string): Record<string, string> {
  const bytes = Buffer.from(clientData as string);
  const forms = [...clientDataMistakes(bytes, body === undefined ? undefined : Buffer.from(body))];
  return Object.fromEntries(forms.map(([says, text]) => [Buffer.from(text).toString(), says]));
}

describe('what apps sign by mistake', () => {
  const request = { audience: 'https://a.example', method: 'POST', target: '/p?q=1', body: Buffer.from('x') };
  const lines = Buffer.from(requestBytes(request)).toString();

  it('instead of the lines of a request', () => {
    const found = looked(lines);
    const has = (text: string) => found[text] ?? 'not looked for';
    expect(has(lines.replace('?q=1', ''))).toContain('without its query');
    expect(has(lines.replace('/p', 'https://a.example/p'))).toContain('an absolute URL');
    expect(has(lines.replace('https://', ''))).toContain('without its scheme');
    expect(has(lines.replace('https://a.example', 'https://a.example/'))).toContain('with a slash');
    expect(has(lines.replace('POST', 'post'))).toContain('small letters');
    expect(has(lines.replace(digest('x'), `${digest('x')}=`))).toContain('with padding');
    expect(has(lines.replaceAll('\n', '\r\n'))).toContain('CR LF');
    expect(has(`${lines}\n`)).toContain('a line feed at the end');
    expect(has(lines.slice(0, -1))).toContain('left out the last line');
  });

  it('instead of a target that is a query alone', () => {
    const found = looked(lines.replace('/p?q=1', '?q=1'));
    expect(found[lines.replace('/p?q=1', '')]).toContain('without its query');
  });

  it('of an audience that is no URL, or begins without a scheme', () => {
    for (const audience of ['my api', '://a.example']) {
      const says = Object.values(looked(requestBytes({ ...request, audience }))).join();
      expect(says).toContain('with a slash at its end');
      expect(says).not.toMatch(/absolute URL|without its scheme/);
    }
  });

  it('of an audience that ends with a slash', () => {
    const found = looked(requestBytes({ ...request, audience: 'https://a.example/' }));
    expect(found[lines]).toContain('without the slash at its end');
    expect(found[lines.replace('a.example', 'a.example/').replace('/p', 'https://a.example/p')]).toContain(
      'an absolute URL',
    );
  });

  it.each([
    ['a session', sessionBytes({ audience: 'https://a.example', deviceId: 'd', challenge: 'chal' })],
    [
      'a replacement',
      replacementBytes({ audience: 'https://a.example', deviceId: 'd', challenge: 'chal', keyId: 'k' }),
    ],
  ])('instead of the lines of %s', (_, bytes) => {
    const text = Buffer.from(bytes).toString();
    const found = looked(bytes);
    expect(found['chal']).toContain('the challenge alone');
    expect(found[text.replace('https://', '')]).toContain('without its scheme');
    expect(Object.values(found).join()).not.toContain('client data');
  });

  it('instead of other client data, as other JSON', () => {
    const found = looked('{"b":1,"a":null}\n');
    expect(found['{"b":1,"a":null}']).toMatch(/without the line feed|left out the last line/);
    expect(found['{"a":null,"b":1}']).toContain('with its members sorted');
  });
});

describe('the forms of JSON', () => {
  const formsOf = (text: string): Record<string, string> => Object.fromEntries(jsonForms(text));

  it('are those that libraries write', () => {
    const text = '{"b":[1,null,"/é"],"a":{"d":true,"c":"\u{1f600}"}}';
    expect(formsOf(text)).toEqual({
      'with a line feed at its end': `${text}\n`,
      'with slashes escaped, as Swift and org.json write them': text.replace('/', '\\/'),
      'with its members sorted': '{"a":{"c":"\u{1f600}","d":true},"b":[1,null,"/é"]}',
      'with its members sorted and slashes escaped': '{"a":{"c":"\u{1f600}","d":true},"b":[1,null,"\\/é"]}',
      'indented by two spaces': JSON.stringify(JSON.parse(text), null, 2),
      'indented by four spaces': JSON.stringify(JSON.parse(text), null, 4),
      'with a space behind each comma and colon':
        '{"b": [1, null, "/é"], "a": {"d": true, "c": "\u{1f600}"}}',
      'with all but ASCII escaped': String.raw`{"b":[1,null,"/\u00e9"],"a":{"d":true,"c":"\ud83d\ude00"}}`,
      'with all but ASCII escaped and a space behind each comma and colon': String.raw`{"b": [1, null, "/\u00e9"], "a": {"d": true, "c": "\ud83d\ude00"}}`,
    });
    expect(formsOf(`{ "a": 1 }\r\n`)).toMatchObject({
      'without the line feed at its end': '{ "a": 1 }',
      'written again without spaces': '{"a":1}',
    });
  });

  it('of text that is no object and no list are its line ends', () => {
    for (const text of ['text', '7', 'null', '"x"'])
      expect(formsOf(text)).toEqual({ 'with a line feed at its end': `${text}\n` });
  });

  it('are not made of what is too deep, or too long', () => {
    const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
    expect(Object.keys(formsOf(deep(33)))).toContain('indented by two spaces');
    expect(Object.keys(formsOf(deep(34)))).not.toContain('indented by two spaces');
    const long = (length: number) => `["${'x'.repeat(length - 4)}"]`;
    expect(Object.keys(formsOf(long(65_536)))).toContain('indented by two spaces');
    expect(formsOf(long(65_537))).toEqual({});
  });
});
