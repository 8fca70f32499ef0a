import { failed, type Finding, passed, type Probe, warned } from '../../model/checkup.ts';
import { quoteIdentifier, quoteLiteral } from '../../sql/quote.ts';
import { forCatalog } from '../session.ts';

interface ExtensionRow {
  /** Whether functions can be written in it. */
  readonly hasLanguage: boolean;
  /** Those that stand in the schema itself. */
  readonly within: readonly string[];
  /** Those that bring event triggers, which run at every change of a schema. */
  readonly watching: readonly string[];
  readonly count: number;
}

/**
 * Extensions in the way, and the one that has to be there.
 * https://www.postgresql.org/docs/current/catalog-pg-extension.html
 */
export const extensions: Probe = {
  name: 'extensions',
  ofDatabase: true,
  async ask(connection, { schema }) {
    const rows = await connection.query([...forCatalog, extensionsQuery(schema)]);
    return findingsOf(rows[0]?.['found'] as ExtensionRow, schema);
  },
};

function findingsOf({ hasLanguage, within, watching, count }: ExtensionRow, schema: string): readonly Finding[] {
  const found: readonly Finding[] = [
    ...(hasLanguage
      ? []
      : [
          failed(
            'extensions',
            'the language plpgsql is missing, in which functions of DBOS are written',
            'CREATE EXTENSION plpgsql;',
          ),
        ]),
    ...within.map((name) =>
      warned(
        'extensions',
        `${name} stands in the schema ${schema}, which no reset can drop then`,
        `ALTER EXTENSION ${quoteIdentifier(name)} SET SCHEMA public;`,
      ),
    ),
    ...watching.map((name) =>
      warned(
        'extensions',
        `${name} brings event triggers, which run at every change of a schema`,
        `see in its manual whether it takes plain tables as they are; \`dbos migrate\` says where it did not`,
      ),
    ),
  ];
  return found.length === 0 ? [passed('extensions', `none of ${count} is in the way`)] : found;
}

const extensionsQuery = (schema: string): string => `SELECT json_build_object(
  'hasLanguage', EXISTS (SELECT FROM pg_language WHERE lanname = 'plpgsql'),
  'within', (SELECT coalesce(json_agg(extname ORDER BY extname), '[]') FROM pg_extension e
    JOIN pg_namespace n ON n.oid = e.extnamespace WHERE n.nspname = ${quoteLiteral(schema)}),
  'watching', (SELECT coalesce(json_agg(DISTINCT e.extname), '[]') FROM pg_extension e
    JOIN pg_depend d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND d.classid = 'pg_event_trigger'::regclass),
  'count', (SELECT count(*) FROM pg_extension)) AS found`;
