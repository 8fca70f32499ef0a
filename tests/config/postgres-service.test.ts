import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parseDatabaseUrl, withDatabase } from '../../src/config/database-url.ts';
import type { Environment, PostgresTarget } from '../../src/model/target.ts';
import { printed } from '../support/rejection.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';
import { mistakeOf } from './support.ts';

const makeDirectory = temporaryDirectories();

const parse = (text: string, environment: Environment | null): PostgresTarget =>
  parseDatabaseUrl(text, '--sys-db-url', environment) as PostgresTarget;

const prod = `# ours
[other]
host=elsewhere

[prod]
  host=db
port=6000
user=me
user=second
password=Ge=heim#1
dbname=app
sslmode=verify-full
[prod]
host=never
`;

const homeWith = (text: string): Environment => ({ HOME: makeDirectory({ '.pg_service.conf': text }) });

describe('a connection service', () => {
  test.each(['postgresql://?service=prod', 'postgresql:///?service=prod'])(
    'says what the URL leaves open: %s',
    (url) => {
      expect(parse(url, homeWith(prod))).toMatchObject({
        host: 'db',
        port: 6000,
        user: 'me',
        password: 'Ge=heim#1',
        passwordFrom: 'service "prod"',
        database: 'app',
        databaseFrom: 'service "prod"',
        parameters: new Map([['sslmode', 'verify-full']]),
      });
    },
  );

  test('comes behind the URL, and before the environment', () => {
    const environment = { ...homeWith(prod), PGSERVICE: 'prod', PGDATABASE: 'no', PGUSER: 'no' };
    const url = 'postgresql://you:mine@:1/mine?sslmode=disable';
    const target = parse(url, environment);
    expect(target).toMatchObject({ host: 'db', port: 1, user: 'you', password: 'mine', database: 'mine' });
    expect(target.parameters).toEqual(new Map([['sslmode', 'disable']]));
    expect(target).not.toHaveProperty('passwordFrom');
    expect(target).not.toHaveProperty('databaseFrom');
    expect(parse('postgresql://', environment)).toMatchObject({ user: 'me', database: 'app' });
  });

  test('of the URL goes before that of PGSERVICE, and its file before that of PGSERVICEFILE', () => {
    const directory = makeDirectory({ mine: '[x]\ndbname=a\n', theirs: '[x]\ndbname=b\n[y]\ndbname=c\n' });
    const environment = { PGSERVICE: 'y', PGSERVICEFILE: join(directory, 'theirs') };
    expect(parse('postgresql://', environment).database).toBe('c');
    expect(parse('postgresql://?service=x', environment).database).toBe('b');
    const named = `postgresql://?service=x&servicefile=${join(directory, 'mine')}`;
    expect(parse(named, environment).database).toBe('a');
    expect(parse(named, null).database).toBe('a');
  });

  test("is looked for in the user's file, then in that of the system", () => {
    const PGSYSCONFDIR = makeDirectory({ 'pg_service.conf': '[prod]\ndbname=no\n[far]\ndbname=far\n' });
    const environment = { ...homeWith(prod), PGSYSCONFDIR };
    expect(parse('postgresql://?service=prod', environment).database).toBe('app');
    expect(parse('postgresql://?service=far', environment).database).toBe('far');
    expect(parse('postgresql://?service=far', { HOME: '/nowhere', PGSYSCONFDIR }).database).toBe('far');
  });

  test('leads to another database of its server too', () => {
    const environment = homeWith(prod);
    const other = withDatabase(parse('postgresql://?service=prod', environment), 'app_sys');
    expect(other).toMatchObject({ host: 'db', database: 'app_sys' });
    expect(parse(other.text, environment)).toMatchObject({ host: 'db', port: 6000, user: 'me', database: 'app_sys' });
  });
});

describe('a service that cannot be used', () => {
  test('is defined nowhere', async () => {
    const environment = homeWith(prod);
    const error = await mistakeOf(() => parse('postgresql://?service=prud', environment));
    expect(error).toMatchObject({
      message: 'service "prud" is defined nowhere',
      where: `${environment['HOME']}/.pg_service.conf`,
    });
    for (const nowhere of [null, { HOME: '/nowhere', PGSYSCONFDIR: '/nowhere' }]) {
      const { message } = await mistakeOf(() => parse('postgresql://?service=prod', nowhere));
      expect(message).toBe('service "prod" is defined nowhere');
    }
  });

  test('is in a file that does not exist, or that is none', async () => {
    const directory = makeDirectory();
    execFileSync('mkfifo', [join(directory, 'pipe')]);
    const refused = async (file: string) =>
      (await mistakeOf(() => parse('postgresql://h/db', { PGSERVICE: 'x', PGSERVICEFILE: file }))).message;
    expect(await refused('/nowhere/file')).toBe('the service file does not exist');
    expect(await refused(join(directory, 'pipe'))).toBe('the service file is a pipe');
    expect(await refused(directory)).toBe('the service file is a directory');
    expect(await refused('/dev/zero')).toBe('the service file is a device');
  });

  test.each([
    ['password Geheim', 'line 2 of the service file is no name=value'],
    ['Geheim=1', 'line 2 of the service file has a parameter that libpq does not know'],
    ['maintenance_db=x', 'line 2 of the service file has a parameter that libpq does not know'],
    ['ssl=true', 'line 2 of the service file has a parameter that libpq does not know'],
    ['service=Geheim', 'line 2 of the service file names another service, which libpq does not follow'],
    ['password=Geheim\nport=x', 'service "prod" names a port that is none'],
    ['password=Geheim\nrequirepeer=x', 'parameter requirepeer is not supported yet'],
  ])('has a line that cannot be meant: %j', async (line, message) => {
    const error = await mistakeOf(() => parse('postgresql://h/db?service=prod', homeWith(`[prod]\n${line}\n`)));
    expect(error.message).toContain(message);
    expect(printed(error)).not.toContain('Geheim');
  });

  test('is no matter where no service is named', () => {
    expect(parse('postgresql://h/db', { PGSERVICEFILE: '/nowhere' }).host).toBe('h');
  });
});
