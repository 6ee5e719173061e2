import type { RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { givenText, type Given } from './given.js';

/** Takes what is pasted or dropped anywhere on the page. Returns whether something is dragged over it. */
export function useTakeAnywhere(
  area: RefObject<HTMLTextAreaElement | null>,
  onTake: (given: Given) => void,
  onFile: (file: File) => void,
): boolean {
  const [isDragging, setDragging] = useState(false);
  useEffect(() => {
    const take = (data: DataTransfer | null, event: Event): void => {
      const [file] = data?.files ?? [];
      const text = data?.getData('text/plain') ?? '';
      if (file === undefined && text === '') return;
      event.preventDefault();
      if (file === undefined) onTake(givenText(text));
      else onFile(file);
    };
    const onPaste = (event: ClipboardEvent): void => {
      const { target } = event;
      const isField = target instanceof HTMLElement && target.matches('input, textarea, select');
      if (isField && target !== area.current) return;
      const field = area.current;
      // In the middle of the evidence it is an edit.
      if (isField && field !== null && field.selectionEnd - field.selectionStart < field.value.length) return;
      take(event.clipboardData, event);
    };
    const onDrag = (event: DragEvent): void => {
      event.preventDefault();
      setDragging(true);
    };
    const onLeave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setDragging(false);
    };
    const onDrop = (event: DragEvent): void => {
      event.preventDefault();
      setDragging(false);
      take(event.dataTransfer, event);
    };
    document.addEventListener('paste', onPaste);
    document.addEventListener('dragover', onDrag);
    document.addEventListener('dragleave', onLeave);
    document.addEventListener('drop', onDrop);
    return () => {
      document.removeEventListener('paste', onPaste);
      document.removeEventListener('dragover', onDrag);
      document.removeEventListener('dragleave', onLeave);
      document.removeEventListener('drop', onDrop);
    };
  });
  return isDragging;
}
