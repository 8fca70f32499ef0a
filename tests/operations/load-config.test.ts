import { describe, expect, test } from '@jest/globals';
import { loadConfig } from '../../src/operations/load-config.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';

const temporaryDirectory = temporaryDirectories();

describe('custom commands', () => {
  const commands = 'system_database_url: sqlite:///x\ndatabase: {migrate: [alembic upgrade head]}';

  test('run in the working directory, and their file is named as it was given', async () => {
    const workingDirectory = temporaryDirectory({ 'config/dev.yaml': commands });
    const environment = { DBOS_CONFIG: 'config/dev.yaml' };
    const expected = { lines: ['alembic upgrade head'], file: 'config/dev.yaml', directory: workingDirectory };
    expect((await loadConfig({ environment, workingDirectory })).commands).toEqual(expected);
    expect((await loadConfig({ file: 'config/dev.yaml', workingDirectory })).commands).toEqual(expected);
  });

  test('are none where there are none', async () => {
    const workingDirectory = temporaryDirectory({ 'dbos-config.yaml': 'name: app' });
    expect((await loadConfig({ workingDirectory })).commands).toBeUndefined();
  });
});

test('the role and the notes are part of it', async () => {
  const workingDirectory = temporaryDirectory({
    'dbos-config.yaml': 'app_role: of file\nsystem_database_url: postgresql://h',
  });
  const environment = { PGDATABASE: 'mine', DBOS_APP_ROLE: 'of environment' };
  const notes = ['the URL of dbos-config.yaml:2:22 system_database_url names no database: "mine", from PGDATABASE'];
  const system = 'postgresql://h/mine';
  expect(await loadConfig({ workingDirectory, environment: { PGDATABASE: 'mine' } })).toMatchObject({
    system,
    role: 'of file',
    notes,
  });
  expect(await loadConfig({ workingDirectory, environment })).toMatchObject({ role: 'of environment' });
  const overrides = { role: 'of caller' };
  expect(await loadConfig({ workingDirectory, environment, overrides })).toMatchObject({ role: 'of caller' });
});

test('a database that follows from the name alone is said', async () => {
  const workingDirectory = temporaryDirectory({ 'dbos-config.yaml': 'name: myapp' });
  expect(await loadConfig({ workingDirectory })).toMatchObject({
    system: 'sqlite:///./myapp.sqlite',
    notes: ['no URL given: sqlite:///./myapp.sqlite, from name (dbos-config.yaml:1:7)'],
  });
});
