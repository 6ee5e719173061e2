import { FakeKey } from './evidence.js';
import { assertBody, attestBody, bearer, signedFields, type Have, type Proof } from './phone.js';
import type { Answer, Body, Server, Target } from './subject.js';
import { LABEL, type Credential, type World } from './worlds.js';

/** What a request ends once it is done: nothing, the tokens of a session, all tokens but not those that live on by themselves, or all and the key. */
export type Ends = 'nothing' | 'session' | 'renewals' | 'all';

/** One request to the server, ready to be sent, with what has to be true after it. */
export interface Request {
  readonly name: string;
  readonly send: (server: Server) => Promise<Answer>;
  readonly verb: 'attest' | 'assert' | 'refresh' | 'route' | 'control';
  /** The phone that sends it, as it is before the answer. */
  readonly phone?: Have | undefined;
  /** The key that it wants to enroll. */
  readonly key?: FakeKey | undefined;
  /** What can be used once: a challenge, a counter. Requests that share it share the one use. */
  readonly once?: string | undefined;
  readonly ends?: (credential: Credential) => Ends;
  readonly blocks?: boolean;
  readonly lifts?: boolean;
}

/** Makes a request for a world; each call has a challenge and a counter of its own. */
export type Make = (world: World) => Request;

const aliceOf = ({ before: [alice] }: World): Credential => {
  if (alice === undefined) throw new Error('nobody is enrolled in this world');
  return alice;
};

const keyOf = (world: World): FakeKey => {
  const { key } = aliceOf(world).have;
  if (key === undefined) throw new Error('nobody has a key in this world');
  return key;
};

function attest(
  name: string,
  server: Server,
  { phone, key, proof }: { readonly phone: Have; readonly key?: FakeKey | undefined; readonly proof?: Proof },
): Request {
  const body = attestBody(server, phone, key, proof);
  const send = (to: Server): Promise<Answer> => to.attest(body, phone.user);
  return { name, verb: 'attest', send, phone, key, once: body['challenge'] };
}

/** A phone without a record enrolls. */
export const enroll =
  (user: string, keyName: string | undefined, label = LABEL): Make =>
  ({ platform, probe }) => {
    const key = keyName === undefined ? undefined : new FakeKey(keyName);
    return attest(`${user} enrolls ${keyName ?? 'without a key'}`, probe.server, {
      phone: { platform, label, user },
      key,
    });
  };

/** Alice's key is attested anew under her label. */
export const renew =
  (user = 'alice'): Make =>
  (world) =>
    attest(`${user} renews`, world.probe.server, {
      phone: { ...aliceOf(world).have, user },
      key: keyOf(world),
    });

/** Keyless: with its refresh token. */
export const renewKeyless = (): Make => (world) => {
  const { have, refresh } = aliceOf(world);
  return attest('alice renews', world.probe.server, { phone: have, proof: { refresh } });
};

export const replace =
  (keyName: string, user = 'alice'): Make =>
  (world) => {
    const old = keyOf(world);
    const phone = { ...aliceOf(world).have, user };
    const key = new FakeKey(keyName);
    const request = attest(`${user} replaces by ${keyName}`, world.probe.server, {
      phone,
      key,
      proof: { key: old },
    });
    return { ...request, ends: ({ said }) => (said.thumbprint === old.thumbprint ? 'all' : 'nothing') };
  };

/** Somebody else's phone wants the label, or the key, of Alice. */
export const takeLabel = (): Make => enroll('mallory', 'mallory');
export const takeKey = (): Make => (world) =>
  attest('mallory enrolls the key of alice', world.probe.server, {
    phone: { platform: world.platform, label: 'mallory-phone', user: 'mallory' },
    key: keyOf(world),
  });

/** @param counter to be shared with another request; default: the next one */
export const assert =
  (user = 'alice', counter?: number): Make =>
  (world) => {
    const phone = { ...aliceOf(world).have, user };
    return assertOf(`${user} asserts`, world, { phone, key: keyOf(world), counter });
  };

/** Before anybody knows whether the key is enrolled. */
export const assertPending =
  (keyName: string): Make =>
  (world) => {
    const key = new FakeKey(keyName);
    const phone: Have = { platform: world.platform, label: LABEL, user: 'alice', pending: key };
    return assertOf('alice asserts', world, { phone, key });
  };

function assertOf(
  name: string,
  { probe }: World,
  by: { readonly phone: Have; readonly key: FakeKey; readonly counter?: number | undefined },
): Request {
  const { phone, key, counter } = by;
  const body = assertBody(probe.server, phone, key, counter);
  const send = (server: Server): Promise<Answer> => server.assert(body, phone.user);
  return {
    name,
    verb: 'assert',
    send,
    phone,
    key,
    once: counter === undefined ? body['challenge'] : `counter ${counter}`,
  };
}

export const refresh =
  (user?: string): Make =>
  (world) => {
    const { have, refresh: token } = aliceOf(world);
    const body: Body = { refresh_token: token };
    const send = (server: Server): Promise<Answer> => server.refresh(body, user);
    return { name: `${user ?? 'alice'} refreshes`, verb: 'refresh', send, phone: have };
  };

/** @param counter to be shared by two requests; default: the next one */
export const signed =
  (by: 'signed' | 'alone', counter?: number, challenged?: boolean): Make =>
  (world) => {
    const { have, session } = aliceOf(world);
    const fields = signedFields(world.probe.server, have, keyOf(world), {
      ...(by === 'signed' && { session }),
      ...(counter !== undefined && { counter }),
      ...(challenged !== undefined && { challenged }),
    });
    const send = (server: Server): Promise<Answer> => server.request(by, fields);
    const once = counter === undefined ? JSON.stringify(fields) : `counter ${counter}`;
    return {
      name: `alice signs ${by === 'alone' ? 'alone' : 'beside'}`,
      verb: 'route',
      send,
      phone: have,
      once,
    };
  };

export const useSession = (): Make => (world) => {
  const { have, session } = aliceOf(world);
  const send = (server: Server): Promise<Answer> => server.request('session', bearer(session));
  return { name: 'alice asks', verb: 'route', send, phone: have };
};

export const revoke = (): Make => (world) => {
  const { refresh: token, said } = aliceOf(world);
  return {
    name: 'alice logs out',
    verb: 'control',
    send: (server) => server.revoke(token),
    ends: (credential) => (credential.said.session === said.session ? 'session' : 'nothing'),
  };
};

const recordOf = (world: World) => ({ id: aliceOf(world).said.record, label: LABEL });

export const forget = (): Make => (world) => {
  const record = recordOf(world);
  return {
    name: 'the operator forgets',
    verb: 'control',
    send: (server) => server.forget(record),
    ends: ({ said }) => (said.record === record.id ? 'all' : 'nothing'),
  };
};

export const blockRecord = (): Make => (world) => {
  const { id } = recordOf(world);
  return blocking({ record: recordOf(world) }, ({ said }) => (said.record === id ? 'all' : 'nothing'));
};

export const blockKey =
  (keyName?: string): Make =>
  (world) => {
    const key = keyName === undefined ? keyOf(world) : new FakeKey(keyName);
    return blocking({ key }, ({ said }) => (said.thumbprint === key.thumbprint ? 'all' : 'nothing'));
  };

/** Session tokens that are out live until they end. */
export const blockUser =
  (user = 'alice'): Make =>
  () =>
    blocking({ user }, ({ said }) => (said.user === user ? 'renewals' : 'nothing'));

function blocking(target: Target, ends: NonNullable<Request['ends']>): Request {
  const what = 'key' in target ? 'the key' : 'user' in target ? 'the user' : 'the record';
  const send = (server: Server): Promise<Answer> => server.block(target);
  return { name: `the operator blocks ${what}`, verb: 'control', send, ends, blocks: true };
}

export const unblockRecord = (): Make => (world) => {
  const target: Target = { record: recordOf(world) };
  return {
    name: 'the operator unblocks',
    verb: 'control',
    send: (server) => server.unblock(target),
    lifts: true,
  };
};
