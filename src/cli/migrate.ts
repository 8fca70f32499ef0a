import { Command, Option } from 'clipanion';
import { runtimeVersion } from '../../schema/index.ts';
import { apply, refuseImpossible } from '../apply/apply.ts';
import type { Inspection } from '../apply/inspect.ts';
import { maskCommand } from '../secrets/mask-command.ts';
import { resolveConfiguration, type Configuration } from '../config/resolve.ts';
import { UserError } from '../model/errors.ts';
import { aheadText } from '../report/describe.ts';
import { maskUrl } from '../secrets/mask-url.ts';
import type { RunView } from '../report/view.ts';
import { done, summarise } from '../planner/summary.ts';
import type { Change } from '../model/change.ts';
import { runCustomCommands, secretsOf } from './custom-commands.ts';
import { OperatorCommand } from './command.ts';
import { databasesOf } from './databases.ts';
import { exitCodes } from './exit-codes.ts';
import { foundIn } from './found.ts';
import { grantLines } from './grants.ts';
import { closeAll, inspectAll, type Inspected, viewOf } from './inspect-all.ts';
import { databaseOptions, each, single } from './options.ts';
import { painter } from './terminal.ts';
import { toolVersion } from './version.ts';

const formats = ['text', 'json', 'sql'] as const;
type Format = (typeof formats)[number];

/** `dbos migrate` */
export class MigrateCommand extends OperatorCommand {
  static override paths = [['migrate']];
  static override usage = Command.Usage({
    description: 'create or change the DBOS system tables until they are as declared',
    details: `
      Compares the tables that are there with the tables that DBOS needs, and makes the difference go away: creates
      the database and the schema where they are missing, adds, changes and drops what differs, grants what the
      application's role lacks, and then runs the commands under \`database.migrate\` in dbos-config.yaml.
      Run again, it finds nothing to do. Rows are kept, and objects that are not DBOS's are left alone.

      \`--plan\` shows all of it and changes nothing. \`--dry-run\` prints the SQL, for psql or sqlite3.
      \`--check\` exits with 2 when something differs, and shows what.

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
  });

  applicationUrls = databaseOptions.applicationUrl();
  systemUrls = databaseOptions.systemUrl();
  roles = Option.Array('-r,--app-role', { description: 'Role to grant all that an application needs (PostgreSQL)' });
  schemas = databaseOptions.schema();
  configs = databaseOptions.config();
  planOnly = Option.Boolean('--plan', false, { description: 'Show what would happen, and change nothing' });
  dryRun = Option.Boolean('--dry-run', false, { description: 'Print the SQL that would run, and change nothing' });
  check = Option.Boolean('--check', false, { description: 'Exit with 2 when something differs, and change nothing' });
  allowed = Option.Array('--allow', { description: 'data-loss: drop tables of earlier releases with their rows' });
  ignores = Option.Array('--ignore', {
    description: 'Hear nothing of objects of yours whose id matches, * for any text',
  });
  noListenNotify = Option.Boolean('--no-listen-notify', false, {
    description: 'The application polls: no trigger for NOTIFY',
  });
  formatNames = Option.Array('--format', { description: 'text, json or sql, for --plan and --check' });

  protected override async run(): Promise<number> {
    const format = this.readFormat();
    const ignored = each(this.ignores, '--ignore');
    const found = await resolveConfiguration({
      flags: {
        config: single(this.configs, '--config'),
        systemDatabaseUrl: single(this.systemUrls, '--sys-db-url'),
        applicationDatabaseUrl: single(this.applicationUrls, '--db-url'),
        schema: single(this.schemas, '--schema'),
        role: single(this.roles, '--app-role'),
      },
      environment: this.context.env,
      workingDirectory: process.cwd(),
    });
    const configuration = {
      ...found,
      ignore: [...found.ignore, ...ignored],
      listenNotify: found.listenNotify && !this.noListenNotify,
    };
    for (const warning of configuration.warnings) this.warn(`warning: ${warning}`);
    const preview = this.planOnly || this.dryRun || this.check;
    if (!preview) this.announce(configuration);
    let urls: readonly string[];
    const databases = await databasesOf(configuration);
    const inspected = await this.patiently(inspectAll(databases, { allowDataLoss: this.allowsDataLoss() }));
    try {
      if (preview) return await this.show(inspected, configuration, format);
      urls = await this.migrate(inspected);
    } finally {
      await closeAll(inspected);
    }
    await runCustomCommands(configuration, inspected, urls, (line) => this.print(line));
    return exitCodes.done;
  }

  private warnOf({ live, database }: Inspection): void {
    if (live.server.caveat !== undefined) this.warn(`warning: ${database.where}: ${live.server.caveat}`);
  }

  private allowsDataLoss(): boolean {
    const strange = this.allowed?.find((word) => word !== 'data-loss');
    if (strange !== undefined) throw new UserError(`--allow "${strange}" is unknown`, { hint: 'it takes data-loss' });
    return this.allowed !== undefined;
  }

  private readFormat(): Format {
    const modes = [this.planOnly && '--plan', this.dryRun && '--dry-run', this.check && '--check'].filter(Boolean);
    if (modes.length > 1)
      throw new UserError(`${modes.join(' and ')} exclude one another`, { hint: 'give one of them' });
    const name = single(this.formatNames, '--format');
    const format = formats.find((known) => known === (name ?? (this.dryRun ? 'sql' : 'text')));
    if (format === undefined) {
      throw new UserError(`--format "${name}" is unknown`, { hint: `it is one of ${formats.join(', ')}` });
    }
    if (name !== undefined && modes.length === 0) {
      throw new UserError('--format says how a plan is printed', { hint: 'give it with --plan or --check' });
    }
    if (this.dryRun && format !== 'sql') {
      throw new UserError('--dry-run prints SQL', { hint: `use --plan --format ${format}` });
    }
    return format;
  }

  /** The lines of the users' page, in its order. */
  private announce({ application, system, schema }: Configuration): void {
    this.print('Starting DBOS migrations');
    if (application !== null) this.print(`Application database: ${maskUrl(application.url.text)}`);
    this.print(`System database: ${maskUrl(system.url.text)}`);
    this.print(`DBOS system schema: ${system.url.dialect === 'sqlite' ? 'main' : schema}`);
  }

  private async show(inspected: readonly Inspected[], configuration: Configuration, format: Format): Promise<number> {
    for (const { inspection } of inspected) this.warnOf(inspection);
    const { ignore } = configuration;
    const several = inspected.length > 1;
    const views = await Promise.all(
      inspected.map(async (entry) => viewOf(entry, { several, ignore, found: await foundIn(entry.inspection) })),
    );
    const commands = configuration.commands.map((command) =>
      maskCommand(command, secretsOf(inspected.map(({ inspection }) => inspection.opened.connection.url))),
    );
    const run: RunView = { databases: views, commands: this.check ? [] : commands };
    this.context.stdout.write(await this.report(run, format));
    if (!this.check) return exitCodes.done;
    const { isDrifted } = await import('../report/drift.ts');
    return views.some(isDrifted) ? exitCodes.drift : exitCodes.done;
  }

  private async report(run: RunView, format: Format): Promise<string> {
    if (format === 'json') return (await import('../report/plan-json.ts')).planJson(run);
    if (format === 'sql') return (await import('../report/plan-sql.ts')).planSql(run);
    if (!this.check) {
      const { planText } = await import('../report/plan-text.ts');
      return `${planText(run, painter(this.context.stdout, this.context.env))}\n`;
    }
    return (await import('../report/drift.ts')).checkText(run.databases);
  }

  private async migrate(inspected: readonly Inspected[]): Promise<readonly string[]> {
    for (const { inspection } of inspected) refuseImpossible(inspection);
    const urls: string[] = [];
    for (const entry of inspected) {
      const { plan, unrecorded, url } = await apply(entry.inspection, {
        toolVersion,
        runtimeVersion,
        record: true,
        onWait: (what) => this.warn(`waiting for ${what}`),
      });
      const { ahead } = entry.inspection;
      for (const line of ahead === null ? grantLines(entry, plan.changes) : []) this.print(line);
      this.print(ahead === null ? doneText(entry.title, plan.changes) : `${entry.title}: ${aheadText(ahead)}`);
      if (unrecorded !== null) this.warn(`warning: this is not recorded in migrations: ${unrecorded}`);
      urls.push(url);
    }
    return urls;
  }
}

const doneText = (title: string, changes: readonly Change[]): string =>
  `${title}: ${summarise(changes, done)}${changes.length === 0 ? ', the schema is up to date' : ''}`;
