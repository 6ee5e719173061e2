import { curlLine, expectation } from './curl.js';
import type { RequestCase } from './request-case.js';
import { servers } from './servers.js';

const HEAD = `# Requests to try, with curl

Start a server, then paste a line; above it stands what the server answers. The hello servers of every framework
answer alike: put its name instead of \`express\`. The tokens are signed with the published example secret and
expire in 2100, so that they work with \`examples/.env.example\` and nowhere else.

Signatures live for 15 seconds: a command prints each signed request as a curl line of that moment, and \`sh\` sends it.

Made from \`cases.ts\` by \`npm run requests -w examples\`; the same requests are in the Postman collection beside this
page.
`;

/** The page of curl lines, in Markdown. */
export function curlPage(cases: readonly RequestCase[]): string {
  const sections = servers.map(({ server, title, start }) => {
    const lines = cases
      .filter((each) => each.server === server)
      .map((each) => `# ${each.name}: ${expectation(each)}\n${lineOf(each)}\n`);
    const started = `\`\`\`sh illustrative\n${start}\n\`\`\`\n`;
    return `\n## ${title}\n\n${started}\n\`\`\`sh illustrative\n${lines.join('\n')}\`\`\`\n`;
  });
  return HEAD + sections.join('');
}

function lineOf(each: RequestCase): string {
  if (each.signing === undefined) return curlLine('http://127.0.0.1:8002', each);
  return `npm run --silent signed -- ${JSON.stringify(each.name)} | sh`;
}
