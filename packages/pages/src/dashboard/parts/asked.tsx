import type { ComponentChildren, JSX } from 'preact';
import { useCallback, useEffect, useState } from 'preact/hooks';
import { ask, AskError } from '../../shell/ask.js';

/** What is known of an answer. An older one stays while the next is asked for, so that nothing jumps. */
export interface Asked<Answer> {
  readonly answer: Answer | undefined;
  /** When it was asked for last, with or without an answer, by this machine's clock. */
  readonly askedAt: number;
  /** Why the last request failed. */
  readonly problem: AskError | undefined;
  readonly isAsking: boolean;
  again(): void;
}

const PATIENCE_MS = 20_000;

/** Asks for a path, and again when it changes. */
export function useAsked<Answer>(path: string): Asked<Answer> {
  const [turn, setTurn] = useState(0);
  const [state, setState] = useState<{
    readonly path: string;
    readonly answer?: Answer;
    readonly askedAt: number;
    readonly problem?: AskError;
    readonly isAsking: boolean;
  }>({ path, askedAt: 0, isAsking: true });
  useEffect(() => {
    const controller = new AbortController();
    const askedAt = Date.now();
    setState((before) => ({ ...before, isAsking: true }));
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      controller.abort();
    }, PATIENCE_MS);
    ask<Answer>(path, { signal: controller.signal }).then(
      (answer) => setState({ path, answer, askedAt, isAsking: false }),
      (error: AskError) => {
        const problem = isLate ? new AskError(0, 'The gateway has not answered for 20 seconds.') : error;
        if (isLate || !controller.signal.aborted)
          setState((before) => ({
            ...(before.path === path && before),
            path,
            askedAt,
            problem,
            isAsking: false,
          }));
      },
    );
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [path, turn]);
  return {
    answer: state.answer,
    askedAt: state.askedAt,
    problem: state.problem,
    isAsking: state.isAsking,
    again: useCallback(() => setTurn((before) => before + 1), []),
  };
}

/** Why there is nothing new to see, and a way to try again. */
export function Problem({
  problem,
  onAgain,
  children,
}: {
  readonly problem: Error;
  readonly onAgain: () => void;
  readonly children?: ComponentChildren;
}): JSX.Element {
  return (
    <div class="notice bad row" role="alert">
      <p class="grow">
        {problem.message} {children}
      </p>
      <button type="button" onClick={onAgain}>
        Try again
      </button>
    </div>
  );
}

/** Boxes as large as the parts that will come. */
export function Placeholder({ heights }: { readonly heights: readonly number[] }): JSX.Element {
  return (
    <div class="placeholders" role="status">
      <span class="hidden">Loading…</span>
      {heights.map((height) => (
        <div class="card placeholder" style={{ minHeight: `${height}rem` }} />
      ))}
    </div>
  );
}
