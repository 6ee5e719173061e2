import { expect, it } from 'vitest';
import { Issued } from '../src/issued.js';

it('finds what was issued by its bytes', () => {
  const issued = new Issued<number>();
  issued.note('token', 1);
  issued.note(Buffer.from('receipt'), 2);
  expect(issued.find(Buffer.from('token'))).toBe(1);
  expect(issued.find('receipt')).toBe(2);
  expect(issued.find('another')).toBeUndefined();
});

it('forgets the oldest of more than 10,000', () => {
  const issued = new Issued<number>();
  for (let at = 0; at <= 10_000; at += 1) issued.note(`token ${at}`, at);
  expect(issued.find('token 0')).toBeUndefined();
  expect(issued.find('token 1')).toBe(1);
  issued.note('token 1', 0);
  expect(issued.find('token 2')).toBe(2);
});
