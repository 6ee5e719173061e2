import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { Answer } from '../answer.js';

/** Works from src/admin/pages and dist/admin/pages alike. */
const BUILT = new URL('../../../dist/pages/', import.meta.url);

/** The document of each path. */
const DASHBOARD = ['/', '/rollout', '/decisions', '/devices'];
const INSPECTOR = ['/inspect', '/errors'];

interface Page {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly gzipped: Buffer | undefined;
}

/** The pages by their paths. */
export interface Pages {
  /** Undefined for a path that no page has. */
  answer(path: string, acceptEncoding: string): Answer | undefined;
}

/**
 * Reads the pages that were built.
 *
 * @param isStandalone whether only those of the inspector are wanted
 * @param folder of the built files
 */
export function readPages(isStandalone: boolean, folder: URL = BUILT): Pages {
  const documents: (readonly [file: string, paths: readonly string[]])[] = [
    ['inspector.html', INSPECTOR],
    ...(isStandalone ? [] : [['dashboard.html', DASHBOARD] as const]),
  ];
  const names = namesIn(folder);
  const byPath = new Map<string, Page>();
  for (const [file, paths] of documents)
    if (names.includes(file)) {
      const page = pageOf(folder, file, names);
      for (const path of paths) byPath.set(path, page);
    }
  for (const file of names)
    if (/^[A-Za-z0-9-]+\.js$/.test(file)) byPath.set(`/assets/${file}`, pageOf(folder, file, names));
  const expected = new Set(documents.flatMap(([, paths]) => paths));
  return {
    answer(path, acceptEncoding) {
      if (path === '/favicon.ico') return NO_ICON;
      if (isStandalone && path === '/') return TO_INSPECTOR;
      const page = byPath.get(path);
      if (page === undefined) return expected.has(path) ? NOT_BUILT : undefined;
      const gzipped = takesGzip(acceptEncoding) ? page.gzipped : undefined;
      return {
        status: 200,
        headers: { ...page.headers, ...(gzipped && { 'content-encoding': 'gzip' }) },
        body: gzipped ?? page.body,
      };
    },
  };
}

/** Browsers ask for it with each page, and show an error of 404. */
const NO_ICON: Answer = { status: 204, headers: { 'cache-control': 'public, max-age=86400' } };

const TO_INSPECTOR: Answer = {
  status: 302,
  headers: { location: '/inspect', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' },
};

const NOT_BUILT: Answer = {
  status: 503,
  headers: {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  },
  body: 'The pages are not built: run npm run build.\n',
};

function namesIn(folder: URL): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function pageOf(folder: URL, file: string, names: readonly string[]): Page {
  const body = readFileSync(new URL(file, folder));
  const gzipped = names.includes(`${file}.gz`) ? readFileSync(new URL(`${file}.gz`, folder)) : undefined;
  const headers = file.endsWith('.html') ? documentHeaders(body.toString()) : SCRIPT_HEADERS;
  return { headers, body, gzipped };
}

/** Of every file. */
const COMMON = {
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  vary: 'Accept-Encoding',
  'x-content-type-options': 'nosniff',
};

/** A script has the hash of its content in its name. */
const SCRIPT_HEADERS = {
  ...COMMON,
  'content-type': 'text/javascript; charset=utf-8',
  'cache-control': 'public, max-age=31536000, immutable',
};

function documentHeaders(text: string): Readonly<Record<string, string>> {
  return {
    ...COMMON,
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': policyOf(text),
    'cross-origin-opener-policy': 'same-origin',
    'permissions-policy':
      'camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(), usb=()',
    'x-frame-options': 'DENY',
  };
}

/** The one style that runs is the document's own. */
function policyOf(text: string): string {
  const styles = [...text.matchAll(/<style>([^]*?)<\/style>/g)].map(
    ([, style = '']) => `'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  );
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src ${styles.join(' ') || "'none'"}`,
    "connect-src 'self'",
    "img-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}

/** RFC 9110, section 12.5.3: listed, and not by a weight of zero. */
function takesGzip(acceptEncoding: string): boolean {
  return acceptEncoding
    .split(',')
    .some((each) => /^\s*gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*$)[0-9.]+\s*)?$/i.test(each));
}
