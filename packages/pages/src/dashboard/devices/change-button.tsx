import type { JSX } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { DeviceChange } from '../../../../gateway/src/shapes/devices.js';
import { ask } from '../../shell/ask.js';
import { wordsOf, type ChangeWords } from './changes.js';

/** A button that says what will happen, asks, and does it. */
export function ChangeButton({
  change,
  onChanged,
}: {
  readonly change: DeviceChange;
  readonly onChanged: (says: string) => Promise<void>;
}): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const words = wordsOf(change);
  const isHard = change.action === 'forget';
  const done = async (says: string): Promise<void> => {
    setOpen(false);
    await onChanged(says);
    // The session may be gone, or the device, and the button with it.
    if (button.current?.isConnected === true) button.current.focus();
    else document.getElementById('record')?.focus();
  };
  return (
    <>
      <button type="button" class={isHard ? 'danger' : ''} ref={button} onClick={() => setOpen(true)}>
        {words.button}
      </button>
      {isOpen && (
        <Confirm
          words={words}
          change={change}
          onDone={done}
          onClose={() => {
            setOpen(false);
            button.current?.focus();
          }}
        />
      )}
    </>
  );
}

function Confirm({
  words,
  change,
  onDone,
  onClose,
}: {
  readonly words: ChangeWords;
  readonly change: DeviceChange;
  readonly onDone: (says: string) => Promise<void>;
  readonly onClose: () => void;
}): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const [problem, setProblem] = useState<string>();
  const [isAsking, setAsking] = useState(false);
  const id = useId();
  useEffect(() => dialog.current?.showModal(), []);
  const confirm = async (): Promise<void> => {
    setAsking(true);
    setProblem(undefined);
    try {
      const { done } = await ask<{ readonly done: boolean }>('/api/devices/change', { body: change });
      await onDone(done ? words.done : words.nothing);
    } catch (error) {
      setProblem((error as Error).message);
      setAsking(false);
    }
  };
  return (
    <dialog ref={dialog} aria-labelledby={id} aria-describedby={`${id}-effects`} onClose={onClose}>
      <div class="stack">
        <h2 id={id}>{words.title}</h2>
        <div id={`${id}-effects`} class="stack">
          {words.effects.map((effect) => (
            <p key={effect}>{effect}</p>
          ))}
        </div>
        {problem !== undefined && (
          <p class="notice bad" role="alert">
            Nothing was changed, as far as is known. {problem}
          </p>
        )}
        <div class="row">
          <button type="button" autofocus onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button
            type="button"
            class={change.action === 'unblock' ? 'main' : 'danger'}
            disabled={isAsking}
            onClick={() => void confirm()}
          >
            {isAsking ? 'Working…' : words.button}
          </button>
        </div>
      </div>
    </dialog>
  );
}
