import type { RequestHandler } from 'express';

const SHAPES = ['Circle', 'Triangle', 'Square', 'Rectangle'];
const FORMS = ['Sphere', 'Cone', 'Cube', 'Box'];

/** Answers `{"text":"Hello, World!"}`. */
export const hello: RequestHandler = (_request, response) => {
  response.json({ text: 'Hello, World!' });
};

/** Answers a random shape: `{"shape":"Circle"}`. */
export const shape: RequestHandler = (_request, response) => {
  response.json({ shape: oneOf(SHAPES) });
};

/** Answers a random form: `{"form":"Cone"}`. */
export const form: RequestHandler = (_request, response) => {
  response.json({ form: oneOf(FORMS) });
};

/** Refuses a request without `Authorization`. Whether its value holds is for the user's login to say, not shown here. */
export const authorized: RequestHandler = (request, response, next) => {
  if (request.headers.authorization) next();
  else response.status(400).json({});
};

function oneOf(names: readonly string[]): string | undefined {
  return names[Math.floor(Math.random() * names.length)];
}
