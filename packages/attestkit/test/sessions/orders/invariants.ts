import type { Order } from './explore.js';
import { assertBody, bearer, climb, type Have } from './phone.js';
import type { Request } from './requests.js';
import { readSession, RETRY_MS, type Answer, type Said } from './subject.js';
import { credentialOf, type Credential, type World } from './worlds.js';

/** What of a credential is good after an order. */
interface Life {
  readonly credential: Credential;
  readonly session: boolean;
  /** What the next session says, by refresh token and by key. */
  readonly refreshed: Said | undefined;
  readonly asserted: Said | undefined;
}

/** One order of some requests in a world, as `check` sees it. */
interface Scene {
  readonly world: World;
  readonly requests: readonly Request[];
  readonly order: Order;
  readonly answers: readonly (Answer | undefined)[];
  readonly lives: readonly Life[];
}

/** One rule: a fault as text, or undefined. */
type Law = (scene: Scene) => string | undefined | Promise<string | undefined>;

/** What has to hold after each order, by its name. */
const LAWS = {
  keyOwnedOnce: ({ lives }) => ownedOnce(lives, 'thumbprint'),
  labelOwnedOnce: ({ lives }) => ownedOnce(lives, 'label'),
  endedIsDead,
  acknowledgedIsKept,
  oneSuccessor,
  usedOnce,
  recovers,
} as const satisfies Record<string, Law>;

export type LawName = keyof typeof LAWS;

/**
 * Asks the server, after an order, for all that has to hold: a fault as text, or undefined. How anything is stored does
 * not matter.
 *
 * @param names the laws that are asked for; default: all
 */
export async function check(
  world: World,
  requests: readonly Request[],
  order: Order,
  names: readonly LawName[] = Object.keys(LAWS) as LawName[],
): Promise<string | undefined> {
  const answers = order.answers as readonly (Answer | undefined)[];
  const issued = requests.flatMap((request, at) => credentialFrom(request, answers[at]));
  const lives: Life[] = [];
  for (const credential of [...world.before, ...issued]) lives.push(await lifeOf(world, order, credential));
  const scene = { world, requests, order, answers, lives };
  for (const name of names) {
    const law: Law = LAWS[name];
    const fault = await law(scene);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function credentialFrom({ phone, key, name }: Request, answer: Answer | undefined): readonly Credential[] {
  if (phone === undefined || answer?.session === undefined) return [];
  return [credentialOf(name, { ...phone, key: key ?? phone.key }, answer)];
}

async function lifeOf({ probe }: World, { disk }: Order, credential: Credential): Promise<Life> {
  const { have, session, refresh } = credential;
  const { key } = have;
  const used = await probe.over(disk).request('session', bearer(session));
  const refreshed = await probe.over(disk).refresh({ refresh_token: refresh }, have.user);
  const server = probe.over(disk);
  const asserted =
    key === undefined ? undefined : await server.assert(assertBody(server, have, key), have.user);
  return {
    credential,
    session: used.status === 200,
    refreshed: saidBy(refreshed),
    asserted: asserted && saidBy(asserted),
  };
}

const saidBy = ({ session }: Answer): Said | undefined =>
  session === undefined ? undefined : readSession(session);

/** A key, and a label, has one record and one user; a key has one label, and a label one key. */
function ownedOnce(lives: readonly Life[], by: 'thumbprint' | 'label'): string | undefined {
  const alive = lives.flatMap(({ credential, session, refreshed, asserted }) =>
    [session ? credential.said : undefined, refreshed, asserted].filter((said) => said !== undefined),
  );
  for (const name of new Set(alive.flatMap((said) => said[by] ?? []))) {
    const owners = alive.filter((said) => said[by] === name);
    for (const part of ['record', 'user', 'label', 'thumbprint'] as const) {
      const values = new Set(owners.flatMap((said) => said[part] ?? []));
      if (values.size > 1) return `one ${by} has two of ${part}: ${[...values].join(', ')}`;
    }
  }
  return undefined;
}

/** Nothing that was blocked, forgotten, replaced or revoked is good for anything. */
function endedIsDead({ requests, answers, lives, world }: Scene): string | undefined {
  if (world.isBlocked && !requests.some(({ lifts }) => lifts === true)) {
    const alive = lives.find(
      ({ credential, session, refreshed, asserted }) =>
        world.before.some(({ said }) => said.record === credential.said.record) &&
        (session || refreshed !== undefined || asserted !== undefined),
    );
    if (alive !== undefined) return `blocked before, and alive: ${alive.credential.of}`;
  }
  for (const [at, { ends, blocks, name }] of requests.entries()) {
    if (ends === undefined || answers[at]?.status !== 200) continue;
    if (blocks === true && requests.some(({ lifts }) => lifts === true)) continue;
    for (const { credential, session, refreshed, asserted } of lives) {
      const what = ends(credential);
      // It is the record or key that ended, not one that took its place.
      const again = asserted !== undefined && ends({ ...credential, said: asserted }) === what;
      const alive = [
        ...(session && what !== 'nothing' && what !== 'renewals' ? ['its session'] : []),
        ...(refreshed !== undefined && what !== 'nothing' ? ['its refresh token'] : []),
        ...(again && (what === 'all' || what === 'renewals') ? ['its key'] : []),
      ];
      if (alive.length > 0) return `after "${name}", of "${credential.of}" live ${alive.join(', ')}`;
    }
  }
  return undefined;
}

/** What was acknowledged can be gone on with, unless something ended it that was acknowledged, or may have happened. */
function acknowledgedIsKept({ requests, answers, order, lives }: Scene): string | undefined {
  for (const { credential, refreshed, asserted } of lives) {
    const at = requests.findIndex(({ name }) => name === credential.of);
    const { record } = credential.said;
    if (at < 0 || [refreshed, asserted].some((said) => said?.record === record)) continue;
    const isUndone = requests.some(
      ({ ends }, other) =>
        other !== at &&
        ends !== undefined &&
        ends(credential) !== 'nothing' &&
        (answers[other]?.status === 200 || other === order.lost),
    );
    if (!isUndone) return `"${credential.of}" was acknowledged, and neither refreshes nor asserts`;
  }
  return undefined;
}

/** Of all refresh tokens of a session one is good, once no retry is honored any more. */
async function oneSuccessor({ world: { probe }, order, lives }: Scene): Promise<string | undefined> {
  for (const session of new Set(lives.map(({ credential }) => credential.said.session))) {
    const tokens = new Set(
      lives.flatMap(({ credential: { said, refresh } }) => (said.session === session ? [refresh] : [])),
    );
    if (tokens.size < 2) continue;
    let good = 0;
    const later = probe.later(RETRY_MS + 1000);
    for (const token of tokens)
      if ((await later.over(order.disk).refresh({ refresh_token: token })).status === 200) good += 1;
    if (good > 1) return `${good} refresh tokens of one session are live`;
  }
  return undefined;
}

/** A challenge and a counter are accepted once, also when they come again afterwards. */
async function usedOnce({ world: { probe }, requests, answers, order }: Scene): Promise<string | undefined> {
  for (const once of new Set(requests.flatMap(({ once: each }) => each ?? []))) {
    const sharing = requests.filter((request) => request.once === once);
    let accepted = answers.filter(
      (answer, at) => requests[at]?.once === once && answer?.status === 200,
    ).length;
    const server = probe.over(order.disk);
    for (const { send } of [...sharing, ...sharing]) if ((await send(server)).status === 200) accepted += 1;
    if (accepted > 1) return `"${sharing[0]?.name}" was accepted ${accepted} times`;
  }
  return undefined;
}

/** Whatever a phone was told, or not told, the ladder brings it back; only a block may keep it out. */
async function recovers({ world, requests, answers, order }: Scene): Promise<string | undefined> {
  const mayBeRefused =
    requests.some(({ blocks }) => blocks === true) ||
    (world.isBlocked && !requests.some(({ lifts }, at) => lifts === true && answers[at]?.status === 200));
  const phones = requests.flatMap((request, at) => {
    const have = afterwards(request, answers[at]);
    return have === undefined ? [] : [{ name: request.name, have }];
  });
  const idle = world.before.map(({ have, of }) => ({ name: `the phone ${of}`, have }));
  for (const { name, have } of [...phones, ...idle]) {
    const { end, log } = await climb(world.probe.over(order.disk), have);
    if (end !== 'accepted' && !(end === 'refused' && mayBeRefused))
      return `after "${name}" the ladder ends ${end}: ${log.join(', ')}`;
  }
  return undefined;
}

/** What the client goes on with. */
function afterwards({ phone, key, verb }: Request, answer: Answer | undefined): Have | undefined {
  if (phone === undefined) return undefined;
  const granted = answer?.status === 200 ? answer.refresh : undefined;
  if (granted !== undefined) return { ...phone, key: key ?? phone.key, pending: undefined, refresh: granted };
  if (verb === 'route' || (verb === 'refresh' && answer?.status !== 401)) return phone;
  if (verb !== 'attest') return { ...phone, refresh: undefined };
  // It has to forget label, key and tokens.
  if (answer?.status === 409) {
    const { platform, user, label } = phone;
    return { platform, user, label: `${label}-anew` };
  }
  // No answer, or none to go by: the key may have arrived.
  return { ...phone, pending: key, refresh: key === undefined ? phone.refresh : undefined };
}
