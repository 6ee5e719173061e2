import { assert, integer, nat, property, string, uint8Array } from 'fast-check';
import { expect, it } from 'vitest';
import { readCheck } from '../../src/authorization/grpc/check-request.js';
import { bytesField, Message, numberField } from '../../src/authorization/grpc/protobuf.js';
import { isFault } from '../../src/authorization/question.js';
import { checkRequest, message } from '../support/check.js';

const reading = { peers: { has: () => false }, requestIdsByProxy: true };
const valid = checkRequest({
  path: '/v1/x?a=1',
  headers: [['approov-token', 'x.y.z']],
  rawBody: Buffer.from('{}'),
});

it('no bytes make the reader fail: they are a question, or a fault', () => {
  assert(
    property(uint8Array({ maxLength: 200 }), (bytes) => {
      expect(readCheck(Buffer.from(bytes), reading).requestId).toMatch(/^[\w.~-]+$/);
    }),
    { numRuns: 2000 },
  );
});

it('a byte that changed makes another question, or a fault, and nothing that was not said', () => {
  assert(
    property(nat(valid.length - 1), integer({ min: 1, max: 255 }), (at, change) => {
      const bytes = Buffer.from(valid);
      bytes[at] = (bytes[at] as number) ^ change;
      const { read } = readCheck(bytes, reading);
      if (isFault(read)) return;
      expect(read.target.raw).toMatch(/^\/[!-~]*$/);
      for (const line of read.lines) expect(line).not.toMatch(/[\0\r\n]/);
    }),
    { numRuns: 3000 },
  );
});

it('a message that was cut off anywhere is a fault', () => {
  for (let length = 0; length < valid.length; length += 1)
    expect(isFault(readCheck(valid.subarray(0, length), reading).read)).toBe(true);
});

it('what is written is what another writer writes, and can be read', () => {
  assert(
    property(
      integer({ min: 1, max: 5000 }),
      nat(1_000_000),
      string({ maxLength: 300, unit: 'grapheme' }),
      (number, value, text) => {
        const bytes = Buffer.concat([numberField(number, value), bytesField(number + 1, text)]);
        expect(bytes).toEqual(message([number, value], [number + 1, text]));
        expect(new Message(bytes).one(number + 1)?.toString()).toBe(text);
        expect(() => new Message(bytes).one(number)).toThrow('another type');
      },
    ),
  );
});
