import { hash } from 'node:crypto';
import { within } from '../one-time.js';
import type { AskedRequest, Question } from './question.js';

/** How long what a question was granted is granted once more. */
const REPEAT_MS = 2000;
/** Of more questions than this the oldest are forgotten: asked again, they are refused. */
const MOST_QUESTIONS = 10_000;

/** What the first question about a request was granted, and what it was about. */
interface Grants {
  /** Of the fields that the decision read, by their names. */
  names: ReadonlySet<string>;
  fields: string;
  body: string | undefined;
  /** The version of the configuration that it was answered under. */
  readonly configuration: object;
  /** Each step, and whether it was granted. */
  readonly steps: Map<string, Promise<boolean>>;
  /** When its answer was given; undefined before. */
  endedAt: number | undefined;
}

/**
 * Lets proxies ask again, as they do after a connection broke. A question that is the same in everything, about the same request of the proxy,
 * is granted once more the one-time steps that the first was granted. All else is checked anew.
 */
export class Repeats {
  readonly #now: () => number;
  readonly #asked = new Map<string, Grants>();

  /** @param now milliseconds since the epoch */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Runs the work that answers a question. Without a name of the proxy for its request, two questions are two requests. */
  answering<T>(
    question: Question,
    request: AskedRequest,
    configuration: object,
    work: () => Promise<T>,
  ): Promise<T> {
    const { proxyRequestId } = question;
    if (proxyRequestId === undefined) return work();
    return this.#remembering(question, proxyRequestId, request, configuration, work);
  }

  async #remembering<T>(
    question: Question,
    proxyRequestId: string,
    request: AskedRequest,
    configuration: object,
    work: () => Promise<T>,
  ): Promise<T> {
    // Made with the first step: most questions do not have one.
    let key = '';
    let earlier: Grants | undefined;
    let own: Grants | undefined;
    const once = async (step: string, take: () => Promise<boolean>): Promise<boolean> => {
      key ||= keyOf(question, proxyRequestId);
      if (own === undefined) earlier ??= this.#latest(key);
      if (earlier === undefined) {
        own ??= this.#begin(key, request, configuration);
        return await this.#take(step, take, own, request);
      }
      if (!(await this.#isGrantedAgain(step, earlier, request, configuration))) return await take();
      request.isRepeated = true;
      return true;
    };
    try {
      return await within({ once }, work);
    } finally {
      if (own !== undefined) this.#end(key, own, request);
    }
  }

  #latest(key: string): Grants | undefined {
    const grants = this.#asked.get(key);
    return grants === undefined || this.#isOver(grants.endedAt) ? undefined : grants;
  }

  #begin(key: string, request: AskedRequest, configuration: object): Grants {
    for (const [other, { endedAt }] of this.#asked) {
      if (this.#asked.size < MOST_QUESTIONS && !this.#isOver(endedAt)) break;
      this.#asked.delete(other);
    }
    const grants = {
      ...seenOf(request),
      body: undefined,
      configuration,
      steps: new Map(),
      endedAt: undefined,
    };
    this.#asked.delete(key);
    this.#asked.set(key, grants);
    return grants;
  }

  async #take(
    step: string,
    take: () => Promise<boolean>,
    own: Grants,
    request: AskedRequest,
  ): Promise<boolean> {
    try {
      // Now, since after the answer nothing of it may be left to compare.
      own.body = await request.bodyDigest();
    } catch {
      return await take();
    }
    Object.assign(own, seenOf(request));
    const taken = take();
    own.steps.set(step, taken);
    return await taken;
  }

  async #isGrantedAgain(
    step: string,
    earlier: Grants,
    request: AskedRequest,
    configuration: object,
  ): Promise<boolean> {
    const taken = earlier.steps.get(step);
    if (taken === undefined || earlier.configuration !== configuration) return false;
    try {
      if (!(await taken) || (await request.bodyDigest()) !== earlier.body) return false;
    } catch {
      return false;
    }
    const isSame =
      [...request.read].every((name) => earlier.names.has(name)) &&
      request.digestOf(earlier.names) === earlier.fields;
    // The one who finds the step takes it away: there is no third time.
    return isSame && !this.#isOver(earlier.endedAt) && earlier.steps.delete(step);
  }

  #end(key: string, own: Grants, request: AskedRequest): void {
    Object.assign(own, seenOf(request));
    own.endedAt = this.#now();
    if (own.steps.size === 0 && this.#asked.get(key) === own) this.#asked.delete(key);
  }

  /** A clock that was set back ends it too. */
  #isOver(since: number | undefined): boolean {
    if (since === undefined) return false;
    const age = this.#now() - since;
    return !(age >= 0 && age <= REPEAT_MS);
  }
}

function seenOf(request: AskedRequest): Pick<Grants, 'names' | 'fields'> {
  const names = new Set(request.read);
  return { names, fields: request.digestOf(names) };
}

function keyOf({ convention, host, method, target, address }: Question, proxyRequestId: string): string {
  const parts = [proxyRequestId, convention, host, method, target.raw, address];
  return hash('sha256', JSON.stringify(parts), 'base64url');
}
