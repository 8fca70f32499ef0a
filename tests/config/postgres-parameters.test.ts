import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parseDatabaseUrl } from '../../src/config/database-url.ts';
import { parameterWarnings } from '../../src/config/postgres-parameters.ts';
import type { Environment, PostgresTarget } from '../../src/model/target.ts';
import { isPlainUrl } from '../../src/secrets/mask-url.ts';
import { printed } from '../support/rejection.ts';
import { mistakeOf } from './support.ts';

const parse = (text: string, environment: Environment | null = null): PostgresTarget =>
  parseDatabaseUrl(text, '--sys-db-url', environment) as PostgresTarget;
const refusal = (text: string, environment: Environment | null = null) => mistakeOf(() => parse(text, environment));

/** What PQconndefaults() of PostgreSQL 18 lists, with its variables, and a value that asks for what it does anyway. */
const libpq = `
  service=,PGSERVICE user=u,PGUSER password=p,PGPASSWORD passfile=f,PGPASSFILE channel_binding=prefer,PGCHANNELBINDING
  connect_timeout=3,PGCONNECT_TIMEOUT dbname=d,PGDATABASE host=h,PGHOST hostaddr=,PGHOSTADDR port=5432,PGPORT
  client_encoding=UTF8,PGCLIENTENCODING options=-cx,PGOPTIONS application_name=a,PGAPPNAME fallback_application_name=a,
  keepalives=1, keepalives_idle=1, keepalives_interval=0, keepalives_count=0, tcp_user_timeout=0,
  sslmode=prefer,PGSSLMODE sslnegotiation=postgres,PGSSLNEGOTIATION sslcompression=0,PGSSLCOMPRESSION
  sslcert=f,PGSSLCERT sslkey=f,PGSSLKEY sslcertmode=allow,PGSSLCERTMODE sslpassword=p, sslrootcert=f,PGSSLROOTCERT
  sslcrl=,PGSSLCRL sslcrldir=,PGSSLCRLDIR sslsni=1,PGSSLSNI requirepeer=,PGREQUIREPEER require_auth=,PGREQUIREAUTH
  min_protocol_version=3.0,PGMINPROTOCOLVERSION max_protocol_version=latest,PGMAXPROTOCOLVERSION
  ssl_min_protocol_version=TLSv1.2,PGSSLMINPROTOCOLVERSION ssl_max_protocol_version=tlsv1.3,PGSSLMAXPROTOCOLVERSION
  gssencmode=prefer,PGGSSENCMODE krbsrvname=postgres,PGKRBSRVNAME gsslib=gssapi,PGGSSLIB gssdelegation=0,PGGSSDELEGATION
  replication=false, target_session_attrs=read-write,PGTARGETSESSIONATTRS load_balance_hosts=random,PGLOADBALANCEHOSTS
  scram_client_key=, scram_server_key=, oauth_issuer=, oauth_client_id=, oauth_client_secret=, oauth_scope=,
  sslkeylogfile=f,
`
  .trim()
  .split(/\s+/)
  .map((entry) => /^(?<name>\w+)=(?<value>[^,]*),(?<variable>\w*)$/.exec(entry)?.groups ?? {})
  .map(({ name = '', value = '', variable = '' }) => ({ name, value, variable }));

test.each(libpq)(
  'a parameter of libpq is known, and its default is fine: $name=$value',
  ({ name, value, variable }) => {
    expect(isPlainUrl(`h/db?${name}=a@b`)).toBe(true);
    const environment = variable === '' ? {} : { [variable]: value };
    for (const url of [`postgresql://h/db?${name}=${value}`, 'postgresql://h/db']) {
      expect(parameterWarnings(parse(url, environment))).toEqual([]);
    }
  },
);

describe('a parameter that nobody knows', () => {
  test.each([
    ['sslmod=require', 'sslmod', 'sslmode'],
    ['SSLMODE=require', 'SSLMODE', 'sslmode'],
    ['sslMode=require', 'sslMode', 'sslmode'],
    ['ssl_mode=require', 'ssl_mode', 'sslmode'],
    ['chanel_binding=require', 'chanel_binding', 'channel_binding'],
    ['connection_timeout=3', 'connection_timeout', 'connect_timeout'],
    ['connect_timeot=3', 'connect_timeot', 'connect_timeout'],
    ['sslrootcrt=x', 'sslrootcrt', 'sslrootcert'],
    ['ApplicationName=x', 'ApplicationName', 'application_name'],
    ['maintenancedb=x', 'maintenancedb', 'maintenance_db'],
    ['pgbouncr=true', 'pgbouncr', 'pgbouncer'],
    ['hots=x', 'hots', 'host'],
  ])('is an error as in libpq, and the likely one is asked for: %s', async (parameter, name, meant) => {
    for (const query of [parameter, `sslmode=require&${parameter}`, `${parameter}&connect_timeout=10`]) {
      const error = await refusal(`postgresql://u:Geheim@h/db?${query}`);
      expect(error.message).toBe(`the database URL has an unknown parameter ${name}`);
      expect(error.hint).toContain(`did you mean ${meant}?`);
      expect(error.where).toContain(`${name}=***`);
      expect(printed(error)).not.toContain('Geheim');
    }
  });

  test('is an error where none is like it', async () => {
    const error = await refusal('postgresql://h/db?elephant=1');
    expect(error).toMatchObject({
      message: 'the database URL has an unknown parameter elephant',
      hint: 'take it out where it is for another driver; write an & of the password as %26',
    });
  });

  test.each([
    'postgresql://h/db?pasword=Geheim',
    'postgresql://h/db?passwrod=Geheim&sslmode=require',
    'postgresql://h/db?pass=Geheim',
    'postgresql://h/db?port=x&pasword=Geheim',
    'postgresql://h:0/db?pasword=Geheim',
    'postgresql://h/db?password=Gehe&Geheim=im',
    'postgresql://h/db?password=a&x=Geheim',
    'postgresql://u:p@h?pasword=Geheim',
    'postgresql://h/db?x=1?y=Geheim',
  ])('may be a misspelt password, or the rest of one: %s', async (url) => {
    expect(printed(await refusal(url))).not.toContain('Geheim');
  });
});

describe('what other drivers have in their URLs', () => {
  test.each([
    ['schema=public', 'Prisma'],
    ['schema=public&connection_limit=1&pool_timeout=0&pgbouncer=true&statement_cache_size=0', 'Prisma'],
    ['socket_timeout=3&sslaccept=accept_invalid_certs&sslidentity=client.p12', 'Prisma'],
    ['connection_limit=1&max_idle_connection_lifetime=0&single_use_connections=true', 'Prisma, local'],
    ['prepared_statement_cache_size=0', 'SQLAlchemy with asyncpg'],
    ['async_fallback=true&prepared_statement_name_func=x', 'SQLAlchemy with asyncpg'],
    ['command_timeout=60&statement_cache_size=0', 'asyncpg'],
    ['prepare_threshold=0', 'psycopg'],
    ['uselibpqcompat=true', 'node-postgres'],
    ['statement_timeout=1000&query_timeout=1000&idle_in_transaction_session_timeout=1', 'node-postgres'],
    ['max=10&idle_timeout=20&prepare=false', 'postgres.js'],
    ['prepared_statements=false&pool=5&advisory_locks=false&schema_search_path=x', 'Rails'],
    ['conn_max_age=600&conn_health_checks=true&disable_server_side_cursors=true', 'Django'],
    ['CONN_MAX_AGE=600&ATOMIC_REQUESTS=true', 'Django'],
    ['currentSchema=x&prepareThreshold=0&reWriteBatchedInserts=true&tcpKeepAlive=true', 'JDBC'],
    ['pool_max_conns=10&pool_max_conn_idle_time=1m&default_query_exec_mode=exec&search_path=x', 'pgx'],
    ['binary_parameters=yes', 'lib/pq'],
    ['TimeZone=UTC', 'GORM'],
    ['supa=base-pooler.x', 'Supabase on Vercel'],
  ])('is ignored with a warning, and passed on: %s (%s)', (query) => {
    const url = parse(`postgresql://h/db?sslmode=require&${query}&connect_timeout=15`);
    const names = query.split('&').map((part) => part.split('=')[0] ?? '');
    const warnings = parameterWarnings(url);
    for (const name of names) {
      expect(
        warnings.filter((warning) => warning.split(' in the database URL ')[0]?.split(' and ').includes(name)),
      ).toHaveLength(1);
      expect(url.parameters.has(name)).toBe(true);
    }
  });

  test.each([
    // Neon, Supabase, Heroku, Vercel, DigitalOcean, CockroachDB, Azure
    'sslmode=require&channel_binding=require',
    'options=endpoint%3Dep-cool-darkness-123456&sslmode=verify-full',
    'sslmode=require&connect_timeout=15',
    'ssl=true',
    'sslmode=verify-full&options=--cluster%3Dx&sslrootcert=system',
    'target_session_attrs=read-write',
    'sslmode=no-verify',
  ])('without a word where it is what libpq has: %s', (query) => {
    expect(parameterWarnings(parse(`postgresql://h/db?${query}`))).toEqual([]);
  });

  test('is said by its reasons', () => {
    expect(parameterWarnings(parse('postgresql://h/db?schema=a&connection_limit=1&pool_timeout=0'))).toEqual([
      'schema in the database URL is ignored: the schema is that of --schema or dbos_system_schema',
      'connection_limit and pool_timeout in the database URL are ignored: there is one connection, and no pool',
    ]);
  });
});

const demands: [name: string, value: string, variable: string, hint: string][] = [
  ['requirepeer', 'postgres', 'PGREQUIREPEER', 'leave it out'],
  ['sslcertmode', 'require', 'PGSSLCERTMODE', 'leave it out'],
  ['sslsni', '0', 'PGSSLSNI', 'leave it out'],
  ['min_protocol_version', '3.2', 'PGMINPROTOCOLVERSION', 'leave it out'],
  ['gssencmode', 'require', 'PGGSSENCMODE', 'sslmode=verify-full'],
  ['replication', 'database', '', 'leave it out'],
  ['scram_client_key', 'Geheim', '', 'give the password'],
  ['scram_server_key', 'Geheim', '', 'give the password'],
  ['oauth_issuer', 'https://x', '', 'role with a password'],
  ['oauth_client_secret', 'Geheim', '', 'role with a password'],
];

describe('what libpq would do and is not done yet is refused', () => {
  test.each(demands)('in the URL: %s=%s', async (name, value, _, hint) => {
    const error = await refusal(`postgresql://h/db?${name}=${encodeURIComponent(value)}`);
    expect(error.message).toContain(`parameter ${name} is not supported yet: `);
    expect(error.hint).toContain(hint);
    expect(printed(error)).not.toContain('Geheim');
  });

  test.each(demands.filter(([, , variable]) => variable !== ''))(
    'in the environment: %s=%s by %3$s',
    async (name, value, variable) => {
      const error = await refusal('postgresql://h/db', { [variable]: value });
      expect(error.message).toContain(`${variable} is not supported yet: `);
      expect(parse('postgresql://h/db', { [variable]: '' }).database).toBe('db');
      expect(parse('postgresql://h/db').database).toBe('db');
      // What the URL says goes before the environment, as in libpq.
      const harmless = libpq.find((parameter) => parameter.name === name)?.value ?? '';
      if (harmless !== '') parse(`postgresql://h/db?${name}=${harmless}`, { [variable]: value });
    },
  );
});

test.each([
  ['postgresql://a,b/db', { host: 'a,b', port: null, ports: [null, null] }],
  ['postgresql://a:1,[::1]:2/db', { host: 'a,::1', port: null, ports: [1, 2] }],
  ['postgresql://a,b:2/db', { host: 'a,b', port: null, ports: [null, 2] }],
  ['postgresql:///db?host=a,b&port=1,2', { host: 'a,b', port: null, ports: [1, 2] }],
  ['postgresql://a:1,b:2/db?port=3', { host: 'a,b', port: 3 }],
])('hosts and ports may be lists: %s', (url, places) => {
  expect(parse(url)).toMatchObject(places);
  expect(isPlainUrl(url.slice('postgresql://'.length))).toBe(true);
});

describe('PGDATABASE', () => {
  test.each([
    ['postgresql://h', 'postgresql://h/mine'],
    ['postgresql://h/', 'postgresql://h/mine'],
    ['postgresql://', 'postgresql:///mine'],
    ['postgresql://u:p%40@h:5433?sslmode=require', 'postgresql://u:p%40@h:5433/mine?sslmode=require'],
    ['postgresql:///?host=/run&dbname=', 'postgresql:///mine?host=/run'],
  ])('names the database of a URL that names none: %s', (url, text) => {
    expect(parse(url, { PGDATABASE: 'mine' })).toMatchObject({ database: 'mine', text, databaseFrom: 'PGDATABASE' });
    expect(parse(text)).toMatchObject({ database: 'mine' });
  });

  test('is not asked where the URL names one', () => {
    const url = parse('postgresql://h/db', { PGDATABASE: 'mine' });
    expect(url).toMatchObject({ database: 'db' });
    expect(url).not.toHaveProperty('databaseFrom');
  });

  test('is the only one to be asked: the name of the user is nobody’s intention', async () => {
    for (const environment of [null, {}, { PGDATABASE: '' }, { PGUSER: 'u' }]) {
      const error = await refusal('postgresql://u@h', environment);
      expect(error.message).toBe('the database URL names no database');
      expect(error.hint).toBe('put /database behind the host, or set PGDATABASE');
    }
  });

  test('is checked like any other', async () => {
    expect((await refusal('postgresql://h', { PGDATABASE: 'x'.repeat(64) })).where).toBe('PGDATABASE');
  });
});

test('what Node cannot set is told where it is asked for', () => {
  const told = parameterWarnings(parse('postgresql://h/db?keepalives_interval=3&tcp_user_timeout=9&keepalives_idle=5'));
  expect(told).toEqual([
    'keepalives_interval in the database URL is ignored: Node cannot set it, and that of the system counts',
    'tcp_user_timeout in the database URL is ignored: Node cannot set it, and that of the system counts',
  ]);
});

describe('docs/connecting.md', () => {
  const page = readFileSync(new URL('../../docs/connecting.md', import.meta.url), 'utf8');
  const rows = page.split('\n').flatMap((line) => {
    const [, names = '', variables = '', here = ''] = line.split('|').map((cell) => cell.trim());
    const inCode = (cell: string): readonly string[] => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name ?? '');
    return inCode(names).map((name) => ({ name, variables: inCode(variables), here }));
  });

  /** Whether a value that nobody can mean is taken for a demand that cannot be met. */
  const refuses = (name: string): boolean => {
    try {
      parse(`postgresql://h/db?${name}=Geheim`);
      return false;
    } catch (error) {
      return (error as Error).message.includes('is not supported');
    }
  };

  test.each(libpq)('says of each parameter of libpq what becomes of it: $name', ({ name, variable }) => {
    const row = rows.find((found) => found.name === name);
    expect(row?.variables ?? []).toEqual(variable === '' ? [] : expect.arrayContaining([variable]));
    expect(row?.here).toMatch(/^(?:as in libpq|ignored|refused)/);
    expect(row?.here.startsWith('refused')).toBe(refuses(name));
    if (/ with a warning$/.test(row?.here ?? '')) {
      expect(parameterWarnings(parse(`postgresql://h/db?${name}=3`))).toHaveLength(1);
    }
  });
});
