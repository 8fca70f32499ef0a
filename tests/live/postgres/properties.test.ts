import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { beside, compared, dangerous, indifferent } from '../../../src/postgres/properties.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';

let server: PostgresServer;
let catalogs: ReadonlyMap<string, readonly string[]>;

beforeAll(async () => {
  server = await startPostgres();
  const rows = await server.query(`SELECT c.relname AS name, array_agg(a.attname::text) AS columns
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind = 'r' GROUP BY 1`);
  catalogs = new Map(rows.map(({ name, columns }) => [String(name), columns as string[]]));
});
afterAll(() => server.stop());

const words = (text = ''): readonly string[] => text.split(/\s+/).filter((word) => word !== '');

/** `pg_class.relname`, for all that stands in some of the lists, as often as it does. */
const listed = [compared, dangerous, indifferent].flatMap((list) =>
  Object.entries(list).flatMap(([catalog, byReason]) =>
    Object.values(byReason).flatMap((columns) => words(columns).map((column) => `${catalog}.${column}`)),
  ),
);
const asides = Object.values(beside).flatMap(words);
const withLists = new Set([compared, dangerous, indifferent].flatMap((list) => Object.keys(list)));

/** What servers from 14 to 18 have not all got. */
const changing = new Set([
  'pg_attribute.attcacheoff',
  'pg_class.relallfrozen',
  'pg_constraint.confdelsetcols',
  'pg_constraint.conenforced',
  'pg_constraint.conperiod',
  'pg_database.datcollversion',
  'pg_database.dathasloginevt',
  'pg_database.daticulocale',
  'pg_database.daticurules',
  'pg_database.datlastsysoid',
  'pg_database.datlocale',
  'pg_database.datlocprovider',
  'pg_index.indnullsnotdistinct',
  'pg_publication.pubgencols',
  'pg_publication_namespace.oid',
  'pg_publication_namespace.pnnspid',
  'pg_publication_namespace.pnpubid',
  'pg_publication_rel.prattrs',
  'pg_publication_rel.prqual',
  'pg_parameter_acl',
]);

describe('every property that the server has', () => {
  test('stands in one list', () => {
    const times = new Map<string, number>();
    for (const property of listed) times.set(property, (times.get(property) ?? 0) + 1);
    const properties = [...catalogs].flatMap(([catalog, columns]) =>
      withLists.has(catalog) ? columns.map((column) => `${catalog}.${column}`) : [],
    );
    expect(properties.length).toBeGreaterThan(250);
    expect(properties.filter((property) => !times.has(property))).toEqual([]);
    expect([...times].filter(([, count]) => count > 1)).toEqual([]);
  });

  test('is of a catalog that has its columns listed, or is set aside with a reason', () => {
    expect([...catalogs.keys()].filter((name) => !withLists.has(name) && !asides.includes(name))).toEqual([]);
    expect([...asides, ...withLists].filter((name, i, all) => all.indexOf(name) !== i)).toEqual([]);
  });
});

test('nothing is listed that no server has', () => {
  const has = (property: string): boolean => {
    const [catalog = '', column] = property.split('.');
    return catalogs.has(catalog) && (column === undefined || catalogs.get(catalog)?.includes(column) === true);
  };
  expect([...listed, ...asides].filter((property) => !has(property) && !changing.has(property))).toEqual([]);
});
