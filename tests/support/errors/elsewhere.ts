/** A test that makes the failure happen with what only it has, by section and message of the page. */
export const elsewhere: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Configuration: {
    'the configuration file was not read within …': 'tests/config/find.test.ts',
  },
  Connecting: {
    'the server ended the connection when TLS began …': 'tests/live/postgres/ssl.test.ts',
    'sslnegotiation=direct may not be used with sslmode=…': 'tests/live/postgres/ssl.test.ts',
    'no version of TLS is left to speak': 'tests/live/postgres/ssl.test.ts',
    'no TLS connection: certificate revoked': 'tests/live/postgres/ssl.test.ts',
  },
  Migrating: {
    'nothing can be changed here: information_schema shows too little to change anything by':
      'tests/live/postgres/portable.test.ts',
    '--introspect information_schema shows too little to change anything by': 'tests/cli/introspect.test.ts',
    'blocked by …, which refers to …': 'tests/live/postgres/reset-keep-schema.test.ts',
    'blocked by trigger …, which would run when the table is emptied': 'tests/live/postgres/reset-keep-schema.test.ts',
    'nothing can be changed here: the connection goes through a pooler …': 'tests/live/postgres/pooler.test.ts',
    'canceling statement due to lock timeout': 'tests/live/postgres/concurrency.test.ts',
    'terminating connection due to administrator command': 'tests/live/postgres/limits.test.ts',
    'interrupted: …': 'tests/live/postgres/interruption.test.ts',
  },
  SQLite: {
    'another process has kept … locked for 30 s': 'tests/sqlite/connection/connect.test.ts',
    'the process that works on the file has ended …': 'tests/sqlite/connection/engine-apart.test.ts',
  },
  'dbos postgres': {
    '… does not run, or not where … looks for it': 'tests/docker/engine.test.ts',
    'this user may not use the socket of …': 'tests/docker/engine.test.ts',
    '… does not answer': 'tests/docker/start.test.ts',
    'the disk of … is full': 'tests/docker/engine.test.ts',
    '… cannot be pulled: its registry cannot be reached': 'tests/docker/engine.test.ts',
    'the registry does not give …': 'tests/docker/engine.test.ts',
    'there is no image … for this machine': 'tests/docker/engine.test.ts',
    'image … is not made from the official one of PostgreSQL …': 'tests/docker/refusals.test.ts',
    'port … is taken by …': 'tests/docker/refusals.test.ts',
    'container … is there with …': 'tests/docker/refusals.test.ts',
    'the data in volume … is of PostgreSQL …': 'tests/docker/refusals.test.ts',
    'the data in volume … has another password …': 'tests/docker/refusals.test.ts',
    'container … ended with exit code …': 'tests/docker/refusals.test.ts',
    'PostgreSQL was not ready within …': 'tests/docker/refusals.test.ts',
    'volume … is used by container …': 'tests/docker/stop.test.ts',
  },
};

/** Why no test makes the failure happen, by section and message of the page. */
export const notMade: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Migrating: {
    'another migration of this database has been running for ten minutes': 'it takes ten minutes',
    '… already exists': 'another session has to be quicker than one statement; it is tested on the driver',
    'nothing can be changed here: on … this release only plans': 'it takes a cluster; tested on the dialect',
    'the schema … stands on …, where this release cannot see what depends on it':
      'it takes a cluster; tested on the dialect',
    'the directory to run custom commands in …': 'a shell that stands in a removed directory starts no Node here',
  },
  'dbos postgres': {
    'the registry has had too many requests …': 'it takes the registry that counts them',
    'it is not said which registry … is of': 'it takes Podman',
  },
};
