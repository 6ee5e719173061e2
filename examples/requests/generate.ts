// Why this exists: the Postman collection and the page of curl lines are the list of cases in other words, so they
// are made from it and never edited: npm run requests -w examples
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cases } from './cases.js';
import { curlPage } from './curl-page.js';
import { postmanCollection } from './postman-collection.js';

/** The generated files, by name, in `examples/requests`. */
export const generated: Readonly<Record<string, string>> = {
  'attestkit.postman_collection.json': `${JSON.stringify(postmanCollection(cases), undefined, 2)}\n`,
  'curl.md': curlPage(cases),
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, text] of Object.entries(generated)) {
    writeFileSync(new URL(`../../requests/${name}`, import.meta.url), text);
  }
}
