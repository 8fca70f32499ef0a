import type { EventEmitter } from 'node:events';
import type { Connection } from '../../model/dialect.ts';
import { UserError } from '../../model/errors.ts';
import type { Environment, PostgresTarget } from '../../model/target.ts';
import { quoted } from '../../secrets/printable.ts';
import { lookUp } from './look-up.ts';

/** https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-TARGET-SESSION-ATTRS */
const attributes = ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby'] as const;

/** Parameters that choose among several hosts, and that a URL of one does without. */
export const amongHosts: ReadonlySet<string> = new Set(['target_session_attrs', 'load_balance_hosts']);

/** Which kind of server is wanted: `target_session_attrs`. */
export type Wanted = (typeof attributes)[number];

/** What a server says of itself; null where it has not said it. */
export interface ServerState {
  isStandby: boolean | null;
  isReadOnly: boolean | null;
}

/** @throws UserError for a word that libpq does not know */
export function readWanted(target: PostgresTarget, environment: Environment): Wanted {
  const text = lookUp(target, 'target_session_attrs', environment, 'PGTARGETSESSIONATTRS') ?? 'any';
  return oneOf(attributes, 'target_session_attrs', text);
}

/** Whether the hosts are tried in an order of chance. @throws UserError for a word that libpq does not know */
export function readIsRandom(target: PostgresTarget, environment: Environment): boolean {
  const text = lookUp(target, 'load_balance_hosts', environment, 'PGLOADBALANCEHOSTS') ?? 'disable';
  return oneOf(['disable', 'random'] as const, 'load_balance_hosts', text) === 'random';
}

function oneOf<T extends string>(words: readonly T[], parameter: string, text: string): T {
  const found = words.find((word) => word === text);
  if (found !== undefined) return found;
  throw new UserError(`${parameter} ${quoted(text)} is unknown`, { hint: `use one of ${words.join(', ')}` });
}

/**
 * Notes what the server reports while a client connects, as PostgreSQL does from 14 on.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-ASYNC
 */
export function watchState({ connection }: { readonly connection: EventEmitter }): ServerState {
  const state: ServerState = { isStandby: null, isReadOnly: null };
  connection.on('parameterStatus', (status: { parameterName: string; parameterValue: string }) => {
    if (status.parameterName === 'in_hot_standby') state.isStandby = status.parameterValue === 'on';
    if (status.parameterName === 'default_transaction_read_only') state.isReadOnly = status.parameterValue === 'on';
  });
  return state;
}

/** Asks the server for what it did not report, which takes a round trip. */
export async function completeState(connection: Connection, state: ServerState): Promise<void> {
  if (state.isStandby !== null && state.isReadOnly !== null) return;
  const [row] = await connection.query(
    `SELECT pg_catalog.pg_is_in_recovery() AS standby, pg_catalog.current_setting('transaction_read_only') = 'on' AS read_only`,
  );
  state.isStandby = row?.['standby'] === true;
  state.isReadOnly = row?.['read_only'] === true;
}

const fitting: { readonly [W in Wanted]: (isStandby: boolean, isReadOnly: boolean) => boolean } = {
  any: () => true,
  'read-write': (isStandby, isReadOnly) => !isStandby && !isReadOnly,
  'read-only': (isStandby, isReadOnly) => isStandby || isReadOnly,
  primary: (isStandby) => !isStandby,
  standby: (isStandby) => isStandby,
  'prefer-standby': () => true,
};

/** Whether the server is one of the wanted kind. */
export const isWanted = (wanted: Wanted, { isStandby, isReadOnly }: ServerState): boolean =>
  fitting[wanted](isStandby === true, isReadOnly === true);

/** What is wanted of the hosts in each round through them. */
export const rounds = (wanted: Wanted): readonly Wanted[] =>
  wanted === 'prefer-standby' ? ['standby', 'any'] : [wanted];
