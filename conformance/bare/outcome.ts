// What the program on the other runtime is told, and what it says. Both are JSON.

export type Phone = 'iPhone' | 'Android' | 'web page';

export interface Settings {
  readonly phone: Phone;
  /** Whether the client gets the port `random`, so that `crypto` can be deleted as a whole. */
  readonly hasRandom: boolean;
  /** Globals that the runtime's own `fetch` needs: they stay, and the program does not see them. */
  readonly hidden: readonly string[];
  /** The server of attestkit. */
  readonly api: string;
  /** What plays the platform's side of the bridges, for this phone alone. */
  readonly bridge: string;
}

export interface Outcome {
  /** Of the globals that should be gone, those that the runtime still has. */
  readonly left: readonly string[];
  /** Of these, those that the program sees. */
  readonly seen: readonly string[];
  /** Bodies of the answers, in this order, by the path. */
  readonly answers: readonly (readonly [path: string, status: number, body: unknown])[];
  /** The ladder's steps: `begin ok`. */
  readonly steps: readonly string[];
  /** The label before and after `forget`. */
  readonly labels: readonly [before: string | null, after: string | null];
  /** Why it ended early. */
  readonly error?: string;
}

/** What the first script leaves for the second. */
export interface Stripped {
  readonly settings: Settings;
  readonly left: readonly string[];
  /** Stands for `getRandomBytes` of expo-crypto. */
  readonly getRandomBytes: (length: number) => Uint8Array;
}

/** More than one byte in UTF-8: two, three and four of them. */
export const BODY = '{"für":"Zoë","price":"12 €","note":"🦊"}';
