import { expect, it } from 'vitest';
import { memoryStore } from 'attestkit/stores/memory';
import { AskedRequest, type Question } from '../../src/authorization/question.js';
import { Repeats } from '../../src/authorization/repeats.js';
import { oneTimeConsumer, oneTimeStore } from '../../src/one-time.js';
import { readTarget } from '../../src/routes/target.js';

const CONFIGURATION = {};

/** A question about one request of a proxy, which reads the fields `a` and `b`. */
function questionOf(more: Partial<Question> = {}): Question {
  return {
    convention: 'forward-auth',
    method: 'POST',
    scheme: 'https',
    authority: 'api.example.com',
    host: 'api.example.com',
    target: readTarget('/v1/x') as Question['target'],
    lines: ['a', '1', 'b', '2', 'c', '3'],
    address: '203.0.113.7',
    body: undefined,
    proxyRequestId: 'a-request-of-the-proxy',
    ...more,
  };
}

function setup() {
  let at = 1_000_000;
  const repeats = new Repeats(() => at);
  const store = oneTimeStore(memoryStore());
  const answer = async (
    question: Question,
    work: (request: AskedRequest) => Promise<boolean> = () => store.claim('k', 60_000),
    configuration: object = CONFIGURATION,
  ) => {
    const request = new AskedRequest(question);
    request.fields('a');
    request.fields('b');
    const result = await repeats.answering(question, request, configuration, () => work(request));
    return { result, isRepeated: request.isRepeated };
  };
  return { repeats, store, answer, wait: (ms: number) => void (at += ms) };
}

const bytes = (text: string) => () => Promise.resolve(Buffer.from(text));
const GRANTED = { result: true, isRepeated: false };
const AGAIN = { result: true, isRepeated: true };
const REFUSED = { result: false, isRepeated: false };

it('a step is granted twice, and no third time', async () => {
  const { answer } = setup();
  expect(await answer(questionOf())).toEqual(GRANTED);
  expect(await answer(questionOf())).toEqual(AGAIN);
  expect(await answer(questionOf())).toEqual(REFUSED);
});

it.each<[string, Partial<Question>]>([
  ['another value', { lines: ['a', '1', 'b', 'x'] }],
  ['a second line', { lines: ['a', '1', 'b', '2', 'B', '2'] }],
  ['a line less', { lines: ['a', '1'] }],
  ['another body', { body: bytes('y') }],
  ['no body', { body: undefined }],
  ['a body that breaks off', { body: () => Promise.reject(new Error('broken off')) }],
  ['another name', { proxyRequestId: 'another-request-of-it' }],
  ['no name', { proxyRequestId: undefined }],
])('a question with %s is another one', async (_, more) => {
  const { answer } = setup();
  expect(await answer(questionOf({ body: bytes('x') }))).toEqual(GRANTED);
  expect(await answer(questionOf({ body: bytes('x'), ...more }))).toEqual(REFUSED);
  // Which leaves the right one its second time.
  expect(await answer(questionOf({ body: bytes('x') }))).toEqual(AGAIN);
});

it('another version of the configuration is another question', async () => {
  const { answer, store } = setup();
  const claim = () => store.claim('k', 60_000);
  expect(await answer(questionOf(), claim)).toEqual(GRANTED);
  expect(await answer(questionOf(), claim, {})).toEqual(REFUSED);
});

it('a decision that reads more fields than the first did is another one', async () => {
  const { answer, store } = setup();
  expect(await answer(questionOf())).toEqual(GRANTED);
  const curious = (request: AskedRequest) => {
    request.fields('c');
    return store.claim('k', 60_000);
  };
  expect(await answer(questionOf(), curious)).toEqual(REFUSED);
});

it('fields that the first read after its step count too', async () => {
  const { answer, store } = setup();
  const late = async (request: AskedRequest) => {
    const isGranted = await store.claim('k', 60_000);
    request.fields('c');
    return isGranted;
  };
  expect(await answer(questionOf(), late)).toEqual(GRANTED);
  expect(await answer(questionOf({ lines: ['a', '1', 'b', '2', 'c', 'x'] }))).toEqual(REFUSED);
});

it('what was refused is not granted later', async () => {
  const { answer, store } = setup();
  await store.claim('k', 60_000);
  expect(await answer(questionOf())).toEqual(REFUSED);
  expect(await answer(questionOf())).toEqual(REFUSED);
});

it('only exactly the same steps are granted again', async () => {
  const { answer, store } = setup();
  expect(await answer(questionOf(), () => store.advance('n', 7))).toEqual(GRANTED);
  expect(await answer(questionOf(), () => store.advance('n', 6))).toEqual(REFUSED);
  expect(await answer(questionOf(), () => store.advance('n', 7))).toEqual(AGAIN);
});

it('for two seconds', async () => {
  const { answer, wait } = setup();
  expect(await answer(questionOf())).toEqual(GRANTED);
  wait(2000);
  expect(await answer(questionOf())).toEqual(AGAIN);
  const later = setup();
  expect(await later.answer(questionOf())).toEqual(GRANTED);
  later.wait(2001);
  expect(await later.answer(questionOf())).toEqual(REFUSED);
});

it('from the answer on: a slow one takes nothing of it away', async () => {
  const { answer, store, wait } = setup();
  const slow = async () => {
    const isGranted = await store.claim('k', 60_000);
    wait(30_000);
    return isGranted;
  };
  expect(await answer(questionOf(), slow)).toEqual(GRANTED);
  wait(2000);
  expect(await answer(questionOf())).toEqual(AGAIN);
});

it('not to a question that waited too long for its own body', async () => {
  const { answer, wait } = setup();
  expect(await answer(questionOf({ body: bytes('x') }))).toEqual(GRANTED);
  const late = () => {
    wait(2001);
    return Promise.resolve(Buffer.from('x'));
  };
  expect(await answer(questionOf({ body: late }))).toEqual(REFUSED);
});

it('a store that failed has granted nothing', async () => {
  const { repeats } = setup();
  let isDown = true;
  const store = oneTimeStore({
    ...memoryStore(),
    claim: () => (isDown ? Promise.reject(new Error('down')) : Promise.resolve(false)),
  });
  const answer = () => {
    const question = questionOf();
    return repeats.answering(question, new AskedRequest(question), CONFIGURATION, () => store.claim('k', 1));
  };
  await expect(answer()).rejects.toThrow('down');
  isDown = false;
  expect(await answer()).toBe(false);
});

it('of more questions than it keeps, the oldest are forgotten', async () => {
  const { answer, store } = setup();
  const of = (at: number) =>
    answer(questionOf({ proxyRequestId: `request-number-${at}` }), () => store.claim(`k${at}`, 60_000));
  for (let at = 0; at <= 10_000; at += 1) await of(at);
  expect(await of(10_000)).toEqual(AGAIN);
  expect(await of(0)).toEqual(REFUSED);
});

it('what Firebase remembers is granted again too', async () => {
  const { answer } = setup();
  let calls = 0;
  const consumer = oneTimeConsumer({
    consume: async () => ({ outcome: 'consumed', already: calls++ > 0 }),
  });
  const consume = async () => {
    const consumption = await consumer.consume('token');
    return consumption.outcome === 'consumed' && !consumption.already;
  };
  expect(await answer(questionOf(), consume)).toEqual(GRANTED);
  expect(await answer(questionOf(), consume)).toEqual(AGAIN);
  expect(calls).toBe(1);
  expect(await answer(questionOf(), consume)).toEqual(REFUSED);
  expect(await consume()).toBe(false);
});
