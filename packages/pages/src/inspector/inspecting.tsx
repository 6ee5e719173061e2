import { useRef, useState } from 'preact/hooks';
import { ask, AskError } from '../shell/ask.js';
import type { Inspected, ReadAs } from '../../../gateway/src/shapes/inspect.js';
import { problemOf, type Given } from './input/given.js';
import { isMore, membersFor, requestOf, wrongMember, type Members, type Settings } from './input/request.js';
import { looksSaved, readSaved, type SavedFile } from './saved/saved-file.js';

/** What the page shows below the evidence. */
export type Shown =
  | { readonly is: 'nothing' }
  | { readonly is: 'asking' }
  | { readonly is: 'answer'; readonly answer: Inspected; readonly now: number }
  | { readonly is: 'saved'; readonly file: SavedFile }
  | { readonly is: 'failure'; readonly title: string; readonly says: string };

/** What was read last, and what was sent beside it. */
export interface Inspecting {
  readonly shown: Shown;
  readonly read: ReadAs | undefined;
  readonly sent: Members;
  readonly inspect: (given: Given, settings: Settings) => void;
  readonly reset: () => void;
}

/** Inspects one piece of evidence at a time: a later one ends the one before. */
export function useInspecting(onShown: (shown: Shown) => void): Inspecting {
  const [shown, setShown] = useState<Shown>({ is: 'nothing' });
  const [read, setRead] = useState<ReadAs>();
  const [sent, setSent] = useState<Members>({});
  const last = useRef<{ readonly given: Given; readonly kind: Settings['kind'] }>(undefined);
  const running = useRef<AbortController>(undefined);
  const show = (next: Shown): void => {
    setShown(next);
    onShown(next);
  };
  const run = async (given: Given, settings: Settings): Promise<void> => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    const { signal } = controller;
    if (given.bytes === undefined && looksSaved(given.text)) {
      const file = readSaved(given.text);
      setRead(undefined);
      return show(
        typeof file === 'string' ? { is: 'failure', title: 'Not shown', says: file } : { is: 'saved', file },
      );
    }
    const problem = problemOf(given);
    if (problem !== undefined) return show({ is: 'failure', title: 'Not sent', says: problem });
    const isNew = last.current?.given !== given || last.current.kind !== settings.kind;
    last.current = { given, kind: settings.kind };
    setShown({ is: 'asking' });
    const now = Date.now();
    const send = (members: Members): Promise<Inspected> =>
      ask<Inspected>('/api/inspect', {
        body: requestOf(given, settings, members, now),
        signal,
        taken: [422],
      });
    try {
      let members = isNew ? {} : membersFor(read, sent, settings.written);
      let answer = await send(members);
      // What it takes is known only now: what was written for other evidence of this kind goes with it.
      const known = 'read' in answer ? membersFor(answer.read, members, settings.written) : members;
      if (isMore(known, members)) {
        members = known;
        answer = await send(members);
      }
      setSent(members);
      if ('read' in answer || isNew) setRead('read' in answer ? answer.read : undefined);
      // A verdict without what was written would look as if it had been asked for.
      const wrong = 'read' in answer ? wrongMember(answer.read, members, settings.written) : undefined;
      show(
        wrong === undefined
          ? { is: 'answer', answer, now }
          : { is: 'failure', title: 'Not inspected yet', says: wrong },
      );
    } catch (error) {
      if (!signal.aborted) show({ is: 'failure', ...failureOf(error) });
    }
  };
  return {
    shown,
    read,
    sent,
    inspect: (given, settings) => void run(given, settings),
    reset: () => {
      running.current?.abort();
      setShown({ is: 'nothing' });
      setRead(undefined);
      setSent({});
    },
  };
}

const TITLES: Readonly<Record<number, string>> = {
  0: 'The server is away',
  401: 'You are signed out',
  413: 'Too large',
  429: 'Too many requests',
};

function failureOf(error: unknown): { readonly title: string; readonly says: string } {
  if (!(error instanceof AskError))
    return { title: 'That did not work', says: 'The answer of the server cannot be read. Try again.' };
  const says = error.status === 401 ? 'Your session ended. Load this page again to sign in.' : error.message;
  return { title: TITLES[error.status] ?? 'That did not work', says };
}
