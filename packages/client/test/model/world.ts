import { createHash } from 'node:crypto';
import {
  createClient,
  type Client,
  type ClientEvent,
  type KeyAttester,
  type KeylessAttester,
} from 'attestkit-client';
import { memoryStore } from 'attestkit/stores/memory';
import type { Store } from 'attestkit';
import { phones, type PhoneKind } from '../support/phones.js';
import { AUDIENCE, clock, LOGIN, newSecret, testServer, type TestServer } from '../support/server.js';
import type { Armed } from './faults.js';
import type { Random } from './random.js';
import { NEAR, Way, type Surroundings } from './surroundings.js';
import { answerBetween } from './between.js';
import { faultyAttester, faultyStorage, Locks, type Alive } from './bridges.js';
import { Watch } from './watch.js';

/** Each world begins now: the certificates of the platforms end some time. */
const START = clock.now;

/** A server, a phone and the network between them, with what goes wrong. */
export class World {
  readonly #random: Random;
  readonly #armed: Armed;
  readonly kind: PhoneKind['name'];
  readonly #base: KeyAttester | KeylessAttester;
  readonly #loseAll: () => void;
  readonly #stored = new Map<string, string>();
  readonly #marker = new Map<string, string>();
  #store: Store;
  #secrets = [newSecret()];
  #wallOffset = 0;
  /** The user asked to try again: own pauses do not count. */
  #asked = 0;
  #user: string | undefined;
  /** Each user has an installation of his own, or all share one. */
  readonly hasAccounts: boolean;
  /** Two processes wait for each other. */
  readonly hasLock: boolean;
  readonly #locks = new Locks();
  /** How often the app forgot an installation. */
  forgets = 0;
  readonly #blocked: string[] = [];
  /** Each start of the app is a process; one that was killed never goes on. */
  #alive: Alive = { now: true };
  /** By account: the app's, and those of its other processes. */
  #clients = new Map<string, Client[]>();
  readonly events: ClientEvent[] = [];
  /** Requests of one episode of the client, by endpoint. */
  readonly requests: string[] = [];
  /** How often each signed call was done by the server. */
  readonly done = new Map<string, number>();
  readonly watch: Watch;
  /** Names of keys that the client asked the platform for. */
  keysMade = 0;
  /** Credentials that left the origin: there must be none. */
  readonly leaked: string[] = [];
  readonly counterWindow: number;
  readonly surroundings: Surroundings;
  readonly way: Way;

  constructor(random: Random, armed: Armed, surroundings = NEAR) {
    this.surroundings = surroundings;
    clock.now = START;
    this.#random = random;
    this.#armed = armed;
    this.watch = new Watch(armed);
    this.counterWindow = random.chance(0.3) ? 16 : 1;
    this.hasAccounts = random.chance(0.3);
    this.hasLock = random.chance(0.4);
    const phone = random.pick(phones);
    this.kind = phone.name;
    const { attester, loseKeys } = phone.make();
    [this.#base, this.#loseAll] = [attester, loseKeys];
    this.#store = memoryStore({ now: () => clock.now });
    this.way = new Way(surroundings, this.#newServer());
  }

  get #account(): string {
    return (this.hasAccounts ? this.#user : undefined) ?? '';
  }

  /** A client of the user, in one of the processes. */
  get client(): Client {
    const clients = this.#clients.get(this.#account) ?? [this.#newClient()];
    this.#clients.set(this.#account, clients);
    return this.#random.pick(clients);
  }

  get hasOneProcess(): boolean {
    return [...this.#clients.values()].every((clients) => clients.length < 2);
  }

  get isDead(): boolean {
    return !this.#alive.now;
  }

  /** What the server logged. */
  refusals(): readonly string[] {
    return this.way.server.events.flatMap((event) =>
      'code' in event && event.code !== undefined ? [`${event.type} ${event.code}`] : [],
    );
  }

  /** The app is started again: what it had in memory is gone. */
  restart(): void {
    this.#alive.now = false;
    this.#alive = { now: true };
    this.#clients.clear();
  }

  /** What happens between two calls of the app. */
  async happen(): Promise<void> {
    const fires = (...[fault]: Parameters<Armed['fires']>): boolean => this.#armed.fires(fault);
    if (fires('wall clock forward')) this.#wallOffset += this.#random.below(48) * 3_600_000;
    if (fires('wall clock back')) this.#wallOffset -= this.#random.below(48) * 3_600_000;
    // The certificates of the virtual platforms end some time.
    if (clock.now < START + 40 * 86_400_000 && fires('long pause'))
      clock.now += this.#random.pick([40_000, 1_900_000, 86_400_000, 8 * 86_400_000, 31 * 86_400_000]);
    if (fires('server restarts')) this.way.leadTo(this.#newServer());
    if (fires('secret rotated')) this.#rotate(true);
    if (fires('old secret dropped')) this.#rotate(false);
    if (fires('store lost')) {
      this.#store = memoryStore({ now: () => clock.now });
      this.way.leadTo(this.#newServer());
    }
    if (fires('other user')) this.#user = this.#random.pick([undefined, 'anna', 'ben']);
    if (fires('all keys lost')) this.#loseAll();
    if (fires('value lost')) this.#stored.clear();
    if (fires('value garbled'))
      for (const name of this.#stored.keys())
        this.#stored.set(name, this.#random.pick(['', '{', '{"format":2}', 'null']));
    if (fires('reinstalled')) {
      // The keychain of an iPhone survives; the keys do not.
      this.#marker.clear();
      this.#loseAll();
      this.restart();
    }
    if (fires('second process'))
      this.#clients.set(this.#account, [...(this.#clients.get(this.#account) ?? []), this.#newClient()]);
    if (fires('device blocked')) await this.#block();
    if (this.#random.chance(0.2)) clock.now += this.#random.below(1_000_000);
  }

  /** The user asks to try again, or has just logged in. */
  async ready(renew: boolean): Promise<Response> {
    this.#asked += 1;
    try {
      await this.client.ready({ renew });
      return new Response('ready');
    } finally {
      this.#asked -= 1;
    }
  }

  /** Ends the installation: the user deletes the account. */
  async forget(): Promise<Response> {
    this.forgets += 1;
    await this.watch.forgetting(this.client.forget());
    return new Response('forgotten');
  }

  /** The label that is stored for the user. */
  get label(): string | undefined {
    const name = createHash('sha256').update(this.#account).digest('base64url').slice(0, 22);
    const text = this.#stored.get(`attestkit-${name}`) ?? '';
    return /"label":"([^"]+)"/.exec(text)?.[1];
  }

  /** Nothing goes wrong from here on. */
  async heal(): Promise<void> {
    this.#armed.stop();
    for (const recordId of this.#blocked) await this.way.server.guard.devices.unblock({ recordId });
    // One who comes back, with an account of his own or alone.
    if (!this.hasAccounts) this.#user = undefined;
    this.restart();
  }

  #newServer(): TestServer {
    return testServer({
      store: this.#store,
      secret: this.#secrets,
      ...(this.counterWindow > 1 && { counterWindow: this.counterWindow }),
      sessions: { revocation: 'immediate' },
    });
  }

  #rotate(keepOld: boolean): void {
    this.#secrets = keepOld ? [newSecret(), ...this.#secrets].slice(0, 3) : [newSecret()];
    this.way.leadTo(this.#newServer());
  }

  async #block(): Promise<void> {
    const { devices } = this.way.server.guard;
    const device = this.label && (await devices.find({ deviceId: this.label }));
    if (!device) return;
    await devices.block({ recordId: device.recordId });
    this.#blocked.push(device.recordId);
  }

  #newClient(): Client {
    const alive = this.#alive;
    const self = {};
    const account = this.#account;
    // The login of an account stays its own; without accounts it is that of whoever uses the phone.
    const userOf = (): string | undefined => (this.hasAccounts ? account : this.#user) || undefined;
    const living = <T>(work: () => Promise<T>): Promise<T> => this.#living(alive, work);
    return createClient({
      baseUrl: AUDIENCE,
      audience: AUDIENCE,
      account,
      attester: faultyAttester(this.#base, living, this.#armed, () => (this.keysMade += 1)),
      storage: faultyStorage(this.#stored, living, this.#armed),
      installMarker: faultyStorage(this.#marker, living, this.#armed),
      ...(this.hasLock && { lock: this.#locks.of(alive) }),
      counterWindow: this.counterWindow,
      headers: () => ({ ...(userOf() !== undefined && { [LOGIN]: userOf() as string }) }),
      clock: { wall: () => clock.now + this.#wallOffset, monotonic: () => clock.now },
      random: (length) => Uint8Array.from({ length }, () => this.#random.below(256)),
      fetch: (url, init) => this.#fetch(url, init, alive, self),
      onEvent: (event) => {
        this.events.push(event);
        this.watch.hear(event, self);
      },
    });
  }

  /** A process can end before and after everything that it waits for. */
  async #living<T>(alive: { now: boolean }, work: () => Promise<T>): Promise<T> {
    // Others of this phone come in between.
    for (let turn = this.#random.below(3); turn > 0; turn -= 1) await Promise.resolve();
    if (alive.now && this.#armed.fires('killed before')) alive.now = false;
    if (!alive.now) return await new Promise<never>(() => undefined);
    const result = work();
    result.catch(() => undefined);
    const settled = await result;
    if (alive.now && this.#armed.fires('killed after')) alive.now = false;
    if (!alive.now) return await new Promise<never>(() => undefined);
    return settled;
  }

  async #fetch(url: string, init: RequestInit, alive: { now: boolean }, self: object): Promise<Response> {
    return await this.#living(alive, async () => {
      const request = new Request(url, init);
      const { pathname, origin } = new URL(url);
      this.requests.push(pathname);
      if (pathname.startsWith('/device/'))
        this.watch.call(new URL(url), await request.clone().text(), self, {
          stored: this.hasOneProcess ? [...this.#stored.values()].join() : undefined,
          isKeyed: this.kind !== 'Play',
          isAsked: this.#asked > 0,
        });
      if (origin !== AUDIENCE) {
        for (const name of ['authorization', 'x-app-attest', 'x-session'])
          if (request.headers.has(name)) this.leaked.push(`${name} to ${origin}`);
        return Response.json({});
      }
      const answer = await this.#through(request);
      // As `fetch` does.
      init.signal?.throwIfAborted();
      return answer;
    });
  }

  async #through(request: Request): Promise<Response> {
    const fires = (...[fault]: Parameters<Armed['fires']>): boolean => this.#armed.fires(fault);
    clock.now += this.#random.below(400);
    if (fires('slow')) clock.now += this.#random.pick([1000, 20_000, 400_000]);
    if (fires('request lost')) throw new TypeError('fetch failed');
    const between = answerBetween(this.#armed, this.#random);
    if (between !== undefined) return between;
    if (fires('redirected elsewhere')) {
      // What follows it takes everything along.
      if (request.redirect !== 'manual') this.leaked.push(`${request.url} followed a redirect`);
      return new Response('', { status: 302, headers: { location: 'https://elsewhere.example/' } });
    }
    const copy = request.clone();
    const answer = await this.way.deliver(request);
    await this.#count(copy, answer);
    if (fires('delivered twice')) {
      const again = copy.clone();
      await this.#count(again, await this.way.deliver(copy));
    }
    if (fires('answer lost')) throw new TypeError('fetch failed');
    return answer;
  }

  async #count(request: Request, answer: Response): Promise<void> {
    if (!request.url.endsWith('/transfers') || answer.status !== 200) return;
    const id = request.bodyUsed
      ? ((await answer.clone().json()) as { body: string }).body
      : await request.clone().text();
    this.done.set(id, (this.done.get(id) ?? 0) + 1);
  }
}
