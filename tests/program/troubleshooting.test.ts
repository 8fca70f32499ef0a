import { describe, expect, test } from '@jest/globals';
import { commandLineCases } from '../support/errors/command-line.ts';
import { configurationCases } from '../support/errors/configuration.ts';
import { elsewhere, notMade } from '../support/errors/elsewhere.ts';
import { engineCases } from '../support/errors/engine.ts';
import { migratingCases } from '../support/errors/migrating.ts';
import { networkCases } from '../support/errors/network.ts';
import { runCase } from '../support/errors/run.ts';
import { connectionCases } from '../support/errors/server.ts';
import { sqliteCases } from '../support/errors/sqlite.ts';
import { expectAsTold, type Row, toldFailures } from '../support/errors/table.ts';
import { urlCases } from '../support/errors/url.ts';
import { readText } from '../support/sources.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';

const directory = temporaryDirectories();
const rows = toldFailures();

/** What needs no server; what does is in `tests/live/postgres/errors.test.ts`. */
const here = {
  'Command line': commandLineCases,
  Configuration: configurationCases,
  'Database URLs': urlCases,
  Connecting: networkCases,
  SQLite: sqliteCases,
  'dbos postgres': engineCases,
};
const onServers = { Connecting: connectionCases, Migrating: migratingCases };

describe.each(Object.entries(here))('docs/troubleshooting.md, %s', (section, cases) => {
  test.each(Object.entries(cases))('%s', async (message, make) => {
    const told = rows.find((row) => row.section === section && row.message === message);
    if (told === undefined) throw new Error(`the page has no row for it: ${message}`);
    expectAsTold(told, await runCase(await make({ directory })));
  });
});

describe('every failure that the page tells', () => {
  const keysOf = (all: Readonly<Record<string, object>>): readonly string[] =>
    Object.entries(all).flatMap(([section, cases]) => Object.keys(cases).map((message) => `${section}: ${message}`));
  const keyOf = ({ section, message }: Row): string => `${section}: ${message}`;

  test('is made to happen by a test, once, or has a reason why not', () => {
    const made = [here, onServers, elsewhere, notMade].flatMap(keysOf);
    expect(rows.length).toBeGreaterThan(100);
    expect(made.toSorted()).toEqual(rows.map(keyOf).toSorted());
  });

  const others = Object.values(elsewhere).flatMap((cases) => Object.entries(cases));
  test.each(others)('%s stands in %s', (message, file) => {
    const parts = message.split('…').map((part) => part.trim());
    const [longest = ''] = parts.toSorted((a, b) => b.length - a.length);
    expect(readText(file).replaceAll('\\', '').includes(longest)).toBe(true);
  });
});
