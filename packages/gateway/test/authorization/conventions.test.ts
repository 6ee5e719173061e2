import { expect, it } from 'vitest';
import { gateway } from '../support/gateway.js';
import { HTTP_CONVENTIONS, question } from '../support/questions.js';
import { approovToken, SECRET } from '../support/tokens.js';

const { authorizationUrl: url } = await gateway(
  `
authorization: { listen: '127.0.0.1:0' }
evidence: { approov: { secretBase64: '\${APPROOV_SECRET}' } }
routes:
  - { path: /health, open: true }
  - { path: /reported/*, enforcement: report }
default: {}
`,
  { APPROOV_SECRET: SECRET },
);

it.each(HTTP_CONVENTIONS)('accepts a genuine request by %s', async (convention) => {
  const answer = await question(url, convention, { lines: [`Approov-Token: ${approovToken()}`] });
  expect(answer.status).toBe(200);
  expect(answer.body).toBe('');
});
it.each(HTTP_CONVENTIONS)('refuses by %s', async (convention) => {
  const answer = await question(url, convention, {});
  expect(answer.status).toBe(401);
});
