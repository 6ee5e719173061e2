import { copyText } from './clipboard.js';

/** Copies a text with the means that this page has. */
export function copyHere(text: string): Promise<boolean> {
  const clipboard = navigator.clipboard as Navigator['clipboard'] | undefined;
  return copyText(text, {
    write: clipboard && ((value) => clipboard.writeText(value)),
    copyBySelection: (value) => {
      const area = document.createElement('textarea');
      const before = document.activeElement;
      area.value = value;
      area.className = 'hidden';
      area.setAttribute('aria-hidden', 'true');
      document.body.append(area);
      area.select();
      const isCopied = document.execCommand('copy');
      area.remove();
      if (before instanceof HTMLElement) before.focus();
      return isCopied;
    },
  });
}
