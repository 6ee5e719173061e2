/** What is bound to a parameter. */
export type SqliteValue = string | number | null;

/** What is used of a statement. */
export interface SqliteStatement {
  run(...values: SqliteValue[]): { readonly changes: number | bigint };
  get(...values: SqliteValue[]): unknown;
}

/** What is used of a handle: `DatabaseSync` of `node:sqlite` and of `@photostructure/sqlite`, `Database` of `better-sqlite3`. */
export interface SqliteHandle {
  exec(sql: string): unknown;
  prepare(sql: string): SqliteStatement;
  /** Of `DatabaseSync`. */
  readonly isTransaction?: boolean;
  /** Of `better-sqlite3`. */
  readonly inTransaction?: boolean;
}
