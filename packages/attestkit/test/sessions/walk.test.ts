import { describe, expect, it } from 'vitest';
import { AttestationError } from '../../src/kernel/errors.js';
import type { Enrolled, EnrollmentEvidence } from '../../src/ports/enrollment.js';
import { memoryStore } from '../../src/stores/memory.js';
import { Backend, Clock, watched } from './support/backend.js';
import { DOWN } from './support/failing.js';
import { alone, DAY } from './support/vouched-devices.js';
import { vouching } from './support/vouching.js';

// What orders do not show: years. Phones and operators act at random, and between their actions some time passes.

const KEYS = 4;
const LABELS = 3;
const STEPS = 120;
/** How long a counter outlives the last use of its key, at least (docs/enrollment). */
const COUNTED = 459 * DAY;
const PAUSES = [0.001, 1, 3, 6, 20, 29, 50, 61, 150, 300];

/** A repeatable sequence of numbers below `n` (the constants of Numerical Recipes). */
function random(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

const idOf = (key: number): string => Buffer.alloc(32, key).toString('base64url');
const labelOf = (label: number): string => `label-${label}`;

/** Evidence `3` is about key 3, and the text `3:7` is its proof number 7. */
function numbered(): EnrollmentEvidence {
  const untrusted = { name: 'proof', code: 'ERR_X', stage: 'untrusted', says: 'x', spec: 'x' } as const;
  const verify = ({ token = '' }: Readonly<Record<string, string>>): Enrolled => {
    const id = idOf(Number(token));
    const key = { id, thumbprint: id, publicKey: id };
    const about = { kind: 'double', platform: 'ios', appId: 'app', environment: 'production' } as const;
    return { ...about, attestedAt: 0, facts: {}, key };
  };
  const verifyProof = (signer: { readonly key: { readonly id: string } }, _: Uint8Array, proof: string) => {
    const [key, count] = Buffer.from(proof, 'base64url').toString().split(':').map(Number);
    if (idOf(key as number) !== signer.key.id) throw new AttestationError(untrusted);
    return count as number;
  };
  const proof = { parameter: 'assertion', counted: true, verify: verifyProof };
  return vouching({ provesKey: true, verify, proof } as never);
}

interface Signed {
  readonly key: number;
  readonly proof: string;
  readonly at: number;
}

class Walk {
  readonly trail: string[] = [];
  readonly #below: (n: number) => number;
  readonly #clock = new Clock();
  readonly #backend: Backend;
  readonly #counts = Array.from({ length: KEYS + 1 }, () => 0);
  readonly #accepted: Signed[] = [];
  readonly #refresh: string[] = [];
  readonly #blocked = new Set<number>();
  readonly #outages: boolean;
  #failing = false;

  constructor(seed: number, outages: boolean) {
    this.#outages = outages;
    this.#below = random(seed);
    const store = watched(memoryStore({ now: this.#clock.now }), (operation) => {
      if (this.#failing && operation !== 'get' && this.#below(3) === 0) throw new AttestationError(DOWN);
    });
    this.#backend = new Backend({ clock: this.#clock, store, enrollment: [numbered()] });
  }

  /** What went wrong, if something did. */
  async run(): Promise<string | undefined> {
    for (let step = 0; step < STEPS; step += 1) {
      this.#failing = this.#outages && this.#below(5) === 0;
      const problem = await this.#step().catch((error: unknown) => this.#threw(error));
      this.#failing = false;
      const found = problem ?? (await this.#owners());
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #step(): Promise<string | undefined> {
    const key = 1 + this.#below(KEYS);
    const label = labelOf(this.#below(LABELS));
    const actions = [
      () => this.#enroll(key, label),
      () => this.#replace(key, label, 1 + this.#below(KEYS)),
      () => this.#assert(key, label),
      () => this.#renew(),
      () => this.#sign(key),
      () => this.#replay(),
      () => this.#operate(label),
      () => this.#operateOnKey(key),
      () => this.#wait(),
      () => this.#wait(),
    ];
    return (actions[this.#below(actions.length)] as () => Promise<string | undefined>)();
  }

  /** An operator's call rejects where the store fails. */
  #threw(error: unknown): string | undefined {
    this.trail.push(`threw ${String(error)}`);
    return error instanceof AttestationError ? undefined : `threw ${String(error)}`;
  }

  #proof(key: number): string {
    const count = (this.#counts[key] = (this.#counts[key] as number) + 1);
    return Buffer.from(`${key}:${count}`).toString('base64url');
  }

  async #enroll(key: number, label: string, more: object = {}): Promise<string | undefined> {
    const challenge = await this.#backend.challenge(label);
    const body = { challenge, device_id: label, token: String(key), ...more };
    const reply = await this.#backend.post('/attest', body);
    this.trail.push(`attest ${key} ${label} ${JSON.stringify(more)}: ${reply.code ?? 200}`);
    if (reply.status !== 200) return undefined;
    this.#refresh.push(reply.body['refresh_token'] as string);
    return this.#blocked.has(key) ? 'a blocked key enrolled' : undefined;
  }

  #replace(key: number, label: string, previous: number): Promise<string | undefined> {
    const proof = this.#proof(previous);
    return this.#enroll(key, label, { previous_key_id: idOf(previous), previous_assertion: proof });
  }

  async #assert(key: number, label: string): Promise<string | undefined> {
    const challenge = await this.#backend.challenge(label, 'assert');
    const body = { challenge, device_id: label, key_id: idOf(key), assertion: this.#proof(key) };
    const reply = await this.#backend.post('/assert', body);
    this.trail.push(`assert ${key} ${label}: ${reply.code ?? 200}`);
    if (reply.status !== 200) return undefined;
    this.#refresh.push(reply.body['refresh_token'] as string);
    return this.#blocked.has(key) ? 'a blocked key got a session' : undefined;
  }

  async #renew(): Promise<undefined> {
    if (this.#refresh.length === 0) return;
    const at = this.#below(this.#refresh.length);
    const reply = await this.#backend.refresh(this.#refresh[at] as string);
    this.trail.push(`refresh ${at}: ${reply.code ?? 200}`);
    if (reply.status === 200) this.#refresh[at] = reply.body['refresh_token'] as string;
  }

  async #send(key: number, proof: string): Promise<boolean> {
    const authorization = `Attest v=1, key_id="${idOf(key)}", assertion="${proof}"`;
    const decision = await alone(this.#backend, { authorization });
    // The record lives longer beside the answer.
    await new Promise(setImmediate);
    this.trail.push(
      `key ${key} signs ${proof}: ${decision.outcome === 'accept' ? 'ok' : decision.error.code}`,
    );
    return decision.outcome === 'accept';
  }

  async #sign(key: number): Promise<string | undefined> {
    const proof = this.#proof(key);
    if (!(await this.#send(key, proof))) return undefined;
    this.#accepted.push({ key, proof, at: this.#clock.ms });
    return this.#blocked.has(key) ? 'a blocked key signed' : undefined;
  }

  async #replay(): Promise<string | undefined> {
    if (this.#accepted.length === 0) return undefined;
    const { key, proof, at } = this.#accepted[this.#below(this.#accepted.length)] as Signed;
    const again = await this.#send(key, proof);
    return again && this.#clock.ms - at < COUNTED ? 'a signed request was accepted twice' : undefined;
  }

  async #operate(label: string): Promise<undefined> {
    const device = await this.#backend.device(label);
    if (device === undefined) return;
    const { recordId } = device;
    const verb = (['forget', 'block', 'unblock'] as const)[this.#below(3)] as 'block';
    this.trail.push(`${verb} ${label}`);
    if ((verb as string) === 'forget') await this.#backend.control.forget(recordId);
    else await this.#backend.control[verb]({ recordId });
  }

  async #operateOnKey(key: number): Promise<string | undefined> {
    const keyId = idOf(key);
    if (this.#below(2) === 0) {
      this.trail.push(`unblock key ${key}`);
      // A call that fails may have taken effect: the key is not counted as blocked from here on.
      this.#blocked.delete(key);
      await this.#backend.control.unblock({ keyId });
      return undefined;
    }
    const lives = (await this.#keysInUse()).includes(keyId);
    const known = await this.#backend.control.block({ keyId });
    this.trail.push(`block key ${key}: ${known}`);
    if (known) this.#blocked.add(key);
    return lives && !known ? 'a live key could not be blocked' : undefined;
  }

  async #wait(): Promise<undefined> {
    const days = PAUSES[this.#below(PAUSES.length)] as number;
    this.#clock.ms += Math.floor(days * DAY);
    this.trail.push(`${days} days pass`);
  }

  async #keysInUse(): Promise<readonly string[]> {
    const labels = Array.from({ length: LABELS }, (_, label) => labelOf(label));
    const devices = await Promise.all(labels.map((label) => this.#backend.device(label)));
    return devices.flatMap((device) => device?.enrolled.key?.id ?? []);
  }

  async #owners(): Promise<string | undefined> {
    const keys = await this.#keysInUse();
    return new Set(keys).size === keys.length ? undefined : 'one key has two records';
  }
}

describe('phones and operators who act at random for years', () => {
  it.each([
    ['and a store that answers', false],
    ['and a store that fails at times', true],
  ])('break no rule, %s', { timeout: 120_000 }, async (_, outages) => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const walk = new Walk(seed * 7919, outages);
      const problem = await walk.run();
      expect({ problem, seed, trail: problem === undefined ? [] : walk.trail.slice(-25) }).toEqual({
        problem: undefined,
        seed,
        trail: [],
      });
    }
  });

  it('do enough to break one', async () => {
    const trail: string[] = [];
    for (let seed = 1; seed <= 20; seed += 1) {
      const walk = new Walk(seed * 7919, false);
      await walk.run();
      trail.push(...walk.trail);
    }
    const met = (what: RegExp) => trail.filter((line) => what.test(line)).length;
    expect(met(/^attest .*: 200$/)).toBeGreaterThan(20);
    expect(met(/^attest .*previous.*: 200$/)).toBeGreaterThan(0);
    expect(met(/^assert .*: 200$/)).toBeGreaterThan(0);
    expect(met(/^refresh .*: 200$/)).toBeGreaterThan(0);
    expect(met(/signs .*: ok$/)).toBeGreaterThan(5);
  });
});
