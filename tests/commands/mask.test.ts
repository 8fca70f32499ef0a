import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { maskCommand } from '../../src/commands/mask.ts';

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
    { numRuns: 10_000 },
  );
});

test('takes time in proportion to the length, whatever the text', () => {
  const nasty = ['a', '-', '"', "'", '\\', '$(', 'x://', 'x=', '--key ', 'password'].map((part) => part.repeat(20_000));
  const started = performance.now();
  for (const part of nasty) maskCommand(part, secrets);
  expect(performance.now() - started).toBeLessThan(5000);
});
