/** Engines for which the SQL can be written without a connection. */
export const engines = ['postgres', 'sqlite', 'cockroachdb'] as const;

export type Engine = (typeof engines)[number];
