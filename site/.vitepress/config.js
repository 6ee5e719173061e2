// @ts-check
// Why this exists: the documentation as a site, made of the very files that the repository shows. It copies nothing: each
// page keeps the path that it has in the repository, so that the links between pages work in both. A link that leads
// nowhere, or to no heading, fails the build.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { checkAnchors } from './anchors.js';
import { anchorOf, breakCodes, linkPages } from './links.js';
import { sidebar, titleOf } from './sidebar.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const here = fileURLToPath(import.meta.url);
const { version } = createRequire(import.meta.url)('../../packages/attestkit/package.json');

/** Pages lie outside this folder: what they import of Vue is found from here. @type {import('vite').Plugin} */
const vueOfThisFolder = {
  name: 'vue-of-this-folder',
  enforce: 'pre',
  resolveId(source, importer, options) {
    if (!/^vue(\/|$)/.test(source) || importer === here) return undefined;
    if (options.ssr) return { id: source, external: true };
    return this.resolve(source, here, { ...options, skipSelf: true });
  },
};

/** @type {import('vitepress').UserConfig} */
const config = {
  title: 'attestkit',
  description: 'Verifies on the server that a request comes from your genuine mobile app',
  lang: 'en-US',
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  base: process.env['SITE_BASE'] ?? '/',
  srcDir: root,
  srcExclude: ['packages/*/src/**', 'packages/*/test/**', 'conformance/**', 'site/**', '**/coverage/**'],
  outDir: 'dist',
  cacheDir: '.cache',
  rewrites: { 'README.md': 'index.md' },
  markdown: {
    anchor: { slugify: anchorOf },
    config: (markdown) => void markdown.use(linkPages, root).use(breakCodes),
  },
  transformPageData: (page) => ({ title: titleOf(root, page.filePath) ?? page.title }),
  buildEnd: ({ outDir }) => checkAnchors(outDir),
  themeConfig: {
    search: { provider: 'local' },
    nav: [
      { text: 'Start', link: '/docs/start' },
      { text: 'Frameworks', link: '/docs/frameworks' },
      { text: 'Options', link: '/docs/options' },
      { text: 'Error codes', link: '/docs/errors' },
      { text: version, link: '/CHANGELOG' },
    ],
    sidebar: sidebar(root),
    outline: { level: [2, 3] },
  },
  vite: { plugins: [vueOfThisFolder] },
};

export default config;
