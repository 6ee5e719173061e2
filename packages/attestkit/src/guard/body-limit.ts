/** Bytes of a body that are read for the guard: 1 MiB. A body parser that keeps its bytes has a limit of its own. */
export const BODY_LIMIT = 1_048_576;
