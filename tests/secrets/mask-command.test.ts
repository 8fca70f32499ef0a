import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { maskCommand } from '../../src/secrets/mask-command.ts';
import { tries } from '../support/properties.ts';

const secrets = ['Sup3r-s3cret', 'p@ss w/rd'];

describe('stays as it is', () => {
  test.each([
    'alembic upgrade head',
    'python scripts/seed_data.py',
    'set -e\n  alembic upgrade head   # twice',
    'psql "$DBOS_DATABASE_URL" -f seed.sql',
    'psql postgresql://app@db:5432/app?sslmode=require -c "SELECT 1"',
    'PGPASSWORD=$DB_PASSWORD psql -h db',
    'PGPASSWORD="${DB_PASSWORD}" psql -h db',
    'psql --password -h db',
    'psql --no-password',
    'curl https://example.org/key/token',
    'echo Sup3r-s3cret-not x.Sup3r-s3cretly Sup3r-s3cret.sql',
    'export MODE=production',
    'sort --key 2 --key=2 f; monkey=1 bypass=1 tool --primary-key id',
    'PGPASSWORD= psql -h db',
    'if [ "$password" = "x" ]; then echo "no password" \'yes\'; fi',
    'mkdir -p/tmp/x && cp -pr a b && psql -p5432 && docker run -p5432:5432 --user 1000:1000 x',
    'scp me@db:dump.sql . && git clone git@github.com:me/app.git && ssh -L5432:db:5432 me@db',
    'docker run postgres:16@sha256:abcd; deno run npm:prisma@latest migrate',
    'pg_dump -d $DB_USER:$DB_PASSWORD@db/app',
  ])('%j', (command) => {
    expect(maskCommand(command, secrets)).toBe(command);
  });

  test('but for the line break that a block in YAML ends with', () => {
    expect(maskCommand('set -e\nalembic upgrade head\n', secrets)).toBe('set -e\nalembic upgrade head');
  });

  test.each(['dbos', 'postgres', 'secret', '12345678', ''])('where a password is an ordinary word: %s', (password) => {
    const command = `dbos migrate --config dbos-config.yaml && psql -U postgres -c "SELECT 'secret', 12345678"`;
    expect(maskCommand(command, [password])).toBe(command);
  });
});

describe('is masked', () => {
  test.each([
    ['psql postgresql://u:dbos@h/db -c x', 'psql postgresql://u:***@h/db -c x'],
    ['psql "postgresql://u:a b@h/db" -c x', 'psql "postgresql://u:***@h/db" -c x'],
    ["psql 'postgresql://u:a\"b@h/db'", "psql 'postgresql://u:***@h/db'"],
    ['psql postgresql://u:"a b"@h/db', 'psql postgresql://u:***@h/db'],
    ['psql postgresql://u:a\\ b@h/db', 'psql postgresql://u:***@h/db'],
    ['DATABASE_URL=postgres://u:pw@h/db alembic', 'DATABASE_URL=postgres://u:***@h/db alembic'],
    ['x postgres://u:pw@h/a postgres://u:qw@h/b', 'x postgres://u:***@h/a postgres://u:***@h/b'],
    ['psql "postgresql://h/db?password=a&sslmode=require"', 'psql "postgresql://h/db?password=***&sslmode=require"'],
    ['sh -c "psql postgresql://u:pw@h/db -c \'x\'"', 'sh -c "psql postgresql://u:***@h/db -c \'x\'"'],
    ['curl https://u:pw@example.org/', 'curl https://u:***@example.org/'],
    ['PGPASSWORD=pw psql -h db', 'PGPASSWORD=*** psql -h db'],
    ["PGPASSWORD='p w' psql", 'PGPASSWORD=*** psql'],
    ['PGPASSWORD=a"b c"\\ d psql', 'PGPASSWORD=*** psql'],
    ['PGPASSWORD=$(cat /run/secrets/pw) psql', 'PGPASSWORD=*** psql'],
    ['PGPASSWORD=${X:-pw} psql', 'PGPASSWORD=*** psql'],
    ['export PASSWORD=pw; x', 'export PASSWORD=***; x'],
    ['MYSQL_PWD=pw API_TOKEN=t AWS_SECRET_ACCESS_KEY=k x', 'MYSQL_PWD=*** API_TOKEN=*** AWS_SECRET_ACCESS_KEY=*** x'],
    ['client_secret=pw x', 'client_secret=*** x'],
    ['sh -c "PGPASSWORD=pw psql"', 'sh -c "PGPASSWORD=*** psql"'],
    ['psql "host=h password=pw user=u"', 'psql "host=h password=*** user=u"'],
    [`psql 'host=h password = pw'`, `psql 'host=h password = ***'`],
    [`psql "password='p w' host=h" -c "x"`, 'psql "password=*** host=h" -c "x"'],
    [`psql 'password='\\''p w'\\'' host=h' -c 'x'`, `psql 'password=*** host=h' -c 'x'`],
    ['psql "host=h password=pw" -c "x y"; x "y"', 'psql "host=h password=***" -c "x y"; x "y"'],
    ['sh -c "PGPASSWORD=pw psql -c \\"x y\\"" && y', 'sh -c "PGPASSWORD=*** psql -c \\"x y\\"" && y'],
    ['printf "\\npassword=pw"', 'printf "\\npassword=***"'],
    [`psql -c "ALTER ROLE r PASSWORD 'p w'" && y`, `psql -c "ALTER ROLE r PASSWORD ***" && y`],
    [`psql -c 'ALTER ROLE r PASSWORD '\\''p w'\\''' && y`, `psql -c 'ALTER ROLE r PASSWORD ***' && y`],
    [`curl -d '{"password": "p w"}' h`, `curl -d '{"password": ***' h`],
    ['curl -d "{\\"password\\": \\"p w\\" }" h', 'curl -d "{\\"password\\": *** }" h'],
    ['PASS=pw DB_PASS=pw DB_PW=pw x', 'PASS=*** DB_PASS=*** DB_PW=*** x'],
    ['mysql -u root -ppw db', 'mysql -u root -p*** db'],
    [`mysqldump -p'p w' db`, 'mysqldump -p*** db'],
    ['curl -u me:pw https://h', 'curl -u *** https://h'],
    ['pg_dump -d u:pw@h/db', 'pg_dump -d u:***@h/db'],
    ['pg_dump -d ${DB_USER}:pw@$DB_HOST/db', 'pg_dump -d ${DB_USER}:***@$DB_HOST/db'],
    ['tool --password=pw --x', 'tool --password=*** --x'],
    ['tool --password pw --x', 'tool --password *** --x'],
    ['tool --db-password "p w" --api-token t', 'tool --db-password *** --api-token ***'],
    ['mysql -p Sup3r-s3cret', 'mysql -p ***'],
    ['login Sup3r-s3cret.', 'login ***.'],
    ['login u/Sup3r-s3cret@h', 'login u/***@h'],
    ['login "p@ss w/rd" p%40ss%20w%2Frd', 'login "***" ***'],
  ])('%j', (command, masked) => {
    expect(maskCommand(command, secrets)).toBe(masked);
    expect(maskCommand(masked, secrets)).toBe(masked);
  });
});

test('no letter of a quoted password is shown, wherever it stands', () => {
  const password = fc
    .string({ unit: fc.constantFrom(...Array.from('ЖШ07@:/?#&%= ;,$()\n')), maxLength: 10 })
    .map((text) => `Ж${text}Ш`);
  const place = fc.constantFrom(
    (text: string) => `psql 'postgresql://u:${text}@h/db' -c 'SELECT 1'`,
    (text: string) => `psql 'postgresql://h/db?password=${text}' -c x`,
    (text: string) => `PGPASSWORD='${text}' psql -h db`,
    (text: string) => `tool --db-password '${text}' --user me`,
    (text: string) => `tool --db-password='${text}' --user me`,
  );
  fc.assert(
    fc.property(password, place, (text, command) => {
      expect(maskCommand(command(text), [])).not.toMatch(/[ЖШ]/);
      const known = `${text}ЖЖЖЖЖЖЖЖЖЖЖЖ`;
      expect(maskCommand(`tool '${known}' ${known}`, [known])).toBe("tool '***' ***");
    }),
    { numRuns: tries(10_000) },
  );
});

test('takes time in proportion to the length, whatever the text', () => {
  const nasty = ['a', '-', '"', "'", '\\', '$(', 'x://', 'x=', '--key ', 'password'].map((part) => part.repeat(20_000));
  const started = performance.now();
  for (const part of nasty) maskCommand(part, secrets);
  expect(performance.now() - started).toBeLessThan(5000);
});
