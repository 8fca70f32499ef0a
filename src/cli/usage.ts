import { Command } from 'clipanion';

/** What `--help` says of each command beside its flags. */
export const usage = {
  migrate: Command.Usage({
    description: 'create or change the DBOS system tables until they are as declared',
    details: `
      Compares the tables that are there with the tables that DBOS needs, and makes the difference go away: creates
      the database and the schema where they are missing, adds, changes and drops what differs, grants what the
      application's role lacks, and then runs the commands under \`database.migrate\` in dbos-config.yaml.
      Run again, it finds nothing to do. Rows are kept, and objects that are not DBOS's are left alone.

      \`--plan\` shows all of it, with what it costs and whom it stops, and changes nothing. \`--dry-run\` prints the
      SQL, for psql or sqlite3. \`--check\` exits with 2 when something differs, and shows what.

      Exit codes: 0 done or nothing to do, 1 an error, 2 \`--check\` found differences, 3 a consent is missing.
    `,
    examples: [
      ['Make a system database on SQLite', '$0 migrate --sys-db-url sqlite:///./myapp.sqlite'],
      ['Look at the plan first', '$0 migrate --sys-db-url postgresql://localhost/prod_dbos --plan'],
      [
        'Let an administrator migrate, and the application run under a role of its own',
        '$0 migrate --app-role myapp_user',
      ],
      ['Fail in CI when the schema has drifted', '$0 migrate --check'],
      ['Hand the SQL to psql', '$0 migrate --dry-run | psql postgresql://localhost/prod_dbos'],
    ],
  }),
  reset: Command.Usage({
    description: 'drop the DBOS system tables with all workflow history',
    details: `
      Drops the system tables, all that DBOS made beside them, and the schema when nothing else is left in it, in one
      transaction. The database, the application database and objects of yours stay. It asks first, unless \`--yes\`
      is given. Afterwards \`dbos migrate\` makes the tables again, empty.

      With \`--keep-schema\` the tables are emptied and stay, with their grants and with what says which version the
      schema has: the application can go on at once, as a test suite wants it.

      Exit codes: 0 done or nothing to do, 1 an error, 3 a consent is missing.
    `,
    examples: [
      ['Reset after a question', '$0 reset --sys-db-url postgresql://localhost/test_dbos'],
      ['Reset without a question', '$0 reset --yes'],
      ['Empty the tables between two runs of a test suite', '$0 reset --keep-schema --yes --quiet'],
      ['See the SQL', '$0 reset --dry-run'],
    ],
  }),
  history: Command.Usage({
    description: 'tell what earlier runs did',
    details: `
      Reads the records that \`dbos migrate\` keeps in the table migrations: when a plan was applied, what it did, how
      long it took and by whom; and each custom command with its exit code. The newest comes first. With
      \`--format json\` the statements are among it.

      Exit codes: 0 it was looked at, whatever is there; 1 an error.
    `,
    examples: [
      ['The newest records', '$0 history --sys-db-url postgresql://localhost/prod_dbos'],
      ['The statements of the last run', '$0 history --format json --limit 1'],
    ],
  }),
  doctor: Command.Usage({
    description: 'look at everything that a migration and an application depend on',
    details: `
      Looks at Node, the driver, Docker, the configuration with the source of each value, and at each database: whether
      it is reached, its server, TLS, clock, limits and settings, the roles and their rights, what is in the way, the
      state of the schema, and who is connected. Each check passes, is worth a look, or fails, with what to do. What
      cannot be looked at is said, with why. Nothing is changed.

      Exit codes: 0 nothing fails, 1 a check fails, or an error.
    `,
    examples: [
      ['Find out why something does not work', '$0 doctor --sys-db-url postgresql://localhost/prod_dbos'],
      ['With the role of the application', '$0 doctor --app-role myapp_user'],
      ['For a program', '$0 doctor --format json'],
    ],
  }),
  start: Command.Usage({
    description: 'start the application: run the commands under runtimeConfig.start',
    details: `
      Runs the commands under \`start\` in \`runtimeConfig\` of dbos-config.yaml in their order, where you stand, with
      DBOS_SYSTEM_DATABASE_URL and DBOS_DATABASE_URL complete in their environment. It connects to no database and
      changes none: run \`dbos migrate\` first. A signal goes on to the command that runs.

      Exit codes: that of the first command that fails or gets a signal; otherwise 0, and 1 for an error.
    `,
    examples: [
      ['Start the application', '$0 start'],
      ['Under another configuration', '$0 start --config config/prod.yaml'],
    ],
  }),
  postgresStart: Command.Usage({
    description: 'start a local PostgreSQL with Docker, or with Podman where there is no Docker',
    details: `
      Pulls the image where it is not there, makes the volume dbos_postgres_data and the container dbos-postgres, and
      waits until the server answers a query. It listens on 127.0.0.1 only. A container that was stopped is started
      again with its data; one that runs is left as it is. \`dbos pg start\` is the same.

      Exit codes: 0 PostgreSQL is running, 1 an error.
    `,
    examples: [
      ['Start PostgreSQL 16 on port 5432', '$0 postgres start'],
      ['Beside a server that has this port already', '$0 postgres start --port 5433'],
      ['Another version, with a volume of its own', '$0 postgres start --image postgres:17 --volume dbos_postgres_17'],
    ],
  }),
  postgresStop: Command.Usage({
    description: 'stop the local PostgreSQL; its data stays',
    details: `
      Stops the container dbos-postgres in whatever state it is. The data stays in its volume, and the next start finds
      it again. With \`--volumes\` the container and the volume are removed too, with all databases in it; that asks
      first, unless \`--yes\` is given. \`dbos pg stop\` is the same.

      Exit codes: 0 done or nothing to do, 1 an error, 3 a consent is missing.
    `,
    examples: [
      ['Stop, and keep the data', '$0 postgres stop'],
      ['Remove it with all its data', '$0 postgres stop --volumes'],
      ['The same in a script', '$0 postgres stop --volumes --yes'],
    ],
  }),
  postgresStatus: Command.Usage({
    description: 'say whether the local PostgreSQL runs, and where',
    details: `
      Asks Docker for the container dbos-postgres, and the server in it for an answer to a query. \`dbos pg status\` is
      the same.

      Exit codes: 0 it was looked at, whatever its state is; 1 an error.
    `,
    examples: [['Look', '$0 postgres status']],
  }),
  postgresUrl: Command.Usage({
    description: 'print the connection string of the local PostgreSQL, with its password, and nothing else',
    details: `
      It is meant for other programs, and is the one command that prints a password. \`dbos pg url\` is the same.

      Exit codes: 0 it is running, 1 it is not, or an error.
    `,
    examples: [['Open a session', 'psql "$($0 postgres url)"']],
  }),
  completion: Command.Usage({
    description: 'print a script by which a shell completes command lines',
    details: `
      The script is for bash 3.2 and newer, for zsh or for fish. It knows all commands and flags, and those values that
      are one of a few words; where a file is named, the shell completes files. Names, URLs and passwords are not
      completed, and no database is looked at.

      Exit codes: 0 it is printed, 1 an error.
    `,
    examples: [
      ['For bash: a line in ~/.bashrc', 'eval "$($0 completion bash)"'],
      ['For zsh: a line in ~/.zshrc, behind compinit', 'eval "$($0 completion zsh)"'],
      ['For fish: once', '$0 completion fish > ~/.config/fish/completions/dbos.fish'],
    ],
  }),
};
