import { endWithUsage, noSuch } from '@attestkit/command-line';
import { readArguments } from './arguments.js';
import { cases } from './requests/cases.js';
import { curlLine, expectation } from './requests/curl.js';
import { sentHeaders } from './requests/sent-headers.js';

const signed = cases.filter(({ signing }) => signing !== undefined);
const names = signed.map(({ name }) => name);

const USAGE = `Prints a request to the Shapes server as a curl line, signed for the next 15 seconds: npm run signed -- <request>

  request  ${signed.map((each) => `${each.name}: ${expectation(each)}`).join('\n           ')}

  npm run --silent signed -- "${names[0]}" | sh   sends it

It goes to http://127.0.0.1:8002, or to the port in HTTP_PORT.`;

const [name, ...rest] = readArguments(USAGE);
if (name === undefined) endWithUsage(USAGE, 'Which request?');
if (rest.length > 0) endWithUsage(USAGE, 'Give one request, in quotation marks.');
const found = signed.find((each) => each.name === name);
if (found === undefined) endWithUsage(USAGE, noSuch('request', name, names));

const base = `http://127.0.0.1:${process.env['HTTP_PORT'] ?? 8002}`;
console.log(curlLine(base, { ...found, headers: await sentHeaders(found, base) }));
