/** What is used of a handle: `DatabaseSync` of `node:sqlite` and of `@photostructure/sqlite`, `Database` of `better-sqlite3`. */
export interface SqliteHandle {
  exec(sql: string): unknown;
  prepare(sql: string): {
    run(...values: (string | number | null)[]): { readonly changes: number | bigint };
    get(...values: (string | number | null)[]): unknown;
  };
  /** Of `DatabaseSync`. */
  readonly isTransaction?: boolean;
  /** Of `better-sqlite3`. */
  readonly inTransaction?: boolean;
}

/** What is used of a statement. */
export type SqliteStatement = ReturnType<SqliteHandle['prepare']>;

/** A value that is bound to a parameter. */
export type SqliteValue = Parameters<SqliteStatement['run']>[number];
