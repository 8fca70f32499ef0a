import { describe, expect, test } from '@jest/globals';
import { systemDefinitions } from '../../schema/index.ts';
import { type Catalog, catalogOf } from '../../src/model/catalog.ts';
import { idFor } from '../../src/model/kinds.ts';
import type { CatalogObject, GrantObject, GrantTarget } from '../../src/model/objects.ts';
import { postgres } from '../../src/postgres/dialect.ts';

const declared = postgres.declare(systemDefinitions, { database: 'app', schema: 'dbos', role: 'app' });

const grant = (on: GrantTarget, ...lacking: readonly string[]): GrantObject => ({
  kind: 'grant',
  schema: 'dbos',
  role: 'app',
  on,
  lacking,
});

/** What is lacking when these objects, beside all tables and functions that are declared, were found. */
async function lackingOn(
  on: GrantTarget,
  found: readonly CatalogObject[],
  isThere: (object: CatalogObject) => boolean = () => true,
): Promise<readonly string[] | undefined> {
  const ours = [...declared.values()].filter((o) => o.kind !== 'grant' && isThere(o));
  const live: Catalog = catalogOf([...ours, ...found]);
  const { catalog, named } = await postgres.settle(live, declared, systemDefinitions);
  expect(named).toBe(live);
  const settled = catalog.get(idFor(grant(on)));
  return settled?.kind === 'grant' ? settled.lacking : undefined;
}

describe('a grant', () => {
  test('is asked for only on what is declared', async () => {
    const found = [grant('tables', 'scheduler_state', 'streams'), grant('default tables')];
    expect(await lackingOn('tables', found)).toEqual(['streams']);
    const functions = [grant('functions', 'send_message', 'workflow_events_function'), grant('default functions')];
    expect(await lackingOn('functions', functions)).toEqual(['send_message']);
    expect(await lackingOn('sequences', [grant('sequences', 'a_sequence')])).toEqual(['a_sequence']);
  });

  const isNoStream = (o: CatalogObject): boolean => !(o.kind === 'table' && o.name === 'streams');
  const isNoSender = (o: CatalogObject): boolean => !(o.kind === 'function' && o.name === 'send_message');

  test('counts what is still to be made where no default privileges will cover it', async () => {
    const without = [grant('tables'), grant('default tables', 'tables to come of me')];
    expect(await lackingOn('tables', without, isNoStream)).toEqual(['streams']);
    expect(await lackingOn('tables', without)).toEqual([]);
    const functions = [grant('functions'), grant('default functions', 'functions to come of me')];
    expect(await lackingOn('functions', functions, isNoSender)).toEqual(['send_message']);
  });

  test('leaves what is still to be made to default privileges', async () => {
    expect(await lackingOn('tables', [grant('tables'), grant('default tables')], isNoStream)).toEqual([]);
    expect(await lackingOn('functions', [grant('functions'), grant('default functions')], isNoSender)).toEqual([]);
  });

  test('is itself beside a live catalog that is the target', async () => {
    const live = catalogOf(
      [grant('tables', 'streams'), grant('default tables', 'x'), ...declared.values()].filter(
        (o, i) => o.kind !== 'grant' || i < 2,
      ),
    );
    const { catalog } = await postgres.settle(live, live, systemDefinitions);
    expect([...catalog]).toEqual([...live]);
  });
});

describe('the body of a function', () => {
  /** Whether a function with the declared body, altered, is taken for the declared one. */
  async function isOurs(alter: (body: string) => string, wantedBody = (body: string) => body): Promise<boolean> {
    const found = [...declared.values()].find((o) => o.kind === 'function' && o.name === 'send_message');
    if (found?.kind !== 'function') throw new Error('there is no such function');
    const wanted = { ...found, body: wantedBody(found.body) };
    const live = catalogOf([{ ...found, body: alter(wanted.body) }]);
    const { catalog } = await postgres.settle(live, catalogOf([wanted]), systemDefinitions);
    const settled = catalog.get(idFor(found));
    return settled?.kind === 'function' && settled.body === wanted.body;
  }

  test('may have other white space between its words', async () => {
    expect(await isOurs((body) => body.replaceAll('\n', '\n\t '))).toBe(true);
  });

  test.each([
    ['a text', `'a b'`, `'a  b'`],
    ['a text with an escaped quote', `E'a\\'b  c'`, `E'a\\'b c'`],
    ['a text between dollars', '$x$a  b$x$', '$x$a b$x$'],
    ['a quoted name', '"a  b"', '"a b"'],
    ['a comment, which ends with its line', '-- a\nPERFORM 1;', '-- a PERFORM 1;'],
    ['a text over two lines', `'a\nb'`, `'a b'`],
  ])('may have no other blank in %s', async (_, wanted, found) => {
    const withText = (text: string) => (body: string) => `${body}\n${text}`;
    expect(await isOurs((body) => body, withText(wanted))).toBe(true);
    expect(await isOurs((body) => body.replace(wanted, found), withText(wanted))).toBe(false);
  });
});
