import { render } from 'preact';
import type { SavedFile } from './saved-file.js';
import { StillReport } from './still-report.js';

const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

/** A report as one document: drawn in an element that is nowhere, and written as it is. */
export function writeHtml(file: SavedFile): string {
  const body = document.createElement('body');
  render(<StillReport file={file} />, body);
  for (const element of body.querySelectorAll('[tabindex]')) element.removeAttribute('tabindex');
  const written = body.outerHTML;
  render(null, body);
  const style = document.querySelector('style')?.textContent ?? '';
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">',
    `<title>attestkit inspection: ${file.inspected.report.kind}, ${file.inspected.report.verdict}</title>`,
    `<style>${style}</style></head>`,
    `${written}</html>`,
  ].join('\n');
}
