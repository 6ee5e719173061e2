import { CATALOG } from 'attestkit/catalog';
import { explainCode } from 'attestkit/inspect';
import type { Errors } from '../../shapes/inspect.js';
import { dataAnswer } from '../answer.js';
import type { Endpoint, Endpoints } from './call.js';

/** The whole catalog of errors. */
export function errorsEndpoints(needs: Endpoint['needs']): Endpoints {
  let text: string | undefined;
  return { 'GET /api/errors': { needs, answer: () => dataAnswer(200, (text ??= written())) } };
}

function written(): string {
  const rooms = Object.values(CATALOG).map(({ title, checks }) => ({
    title,
    codes: checks.flatMap(({ code }) => explainCode(code) ?? []),
  }));
  return JSON.stringify({ rooms } satisfies Errors);
}
