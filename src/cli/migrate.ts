import { migrate } from '../operations/migrate.ts';
import { DatabaseCommand } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { flags } from './flags.ts';
import { commandLine, databaseLines, startLines } from './migrate-lines.ts';
import { each, given, ids, single, valued } from './options.ts';
import { readCatalogName, readHazards, readPreview, show } from './preview.ts';
import { usage } from './usage.ts';

/** `dbos migrate` */
export class MigrateCommand extends DatabaseCommand {
  static override paths = [['migrate']];
  static override usage = usage.migrate;

  roles = valued(flags.role);
  planOnly = given(flags.plan);
  dryRun = given(flags.dryRun);
  check = given(flags.check);
  printMigrations = given(flags.printMigrations);
  printUserRole = given(flags.printUserRole);
  dialects = valued(flags.dialect);
  formats = valued(flags.format);
  outs = valued(flags.out);
  introspects = valued(flags.introspect);
  allowed = valued(flags.allow);
  ignores = valued(flags.ignore);
  adopted = valued(flags.adopt);
  noListenNotify = given(flags.noListenNotify);
  verbose = given(flags.verbose);

  protected override async run(): Promise<number> {
    if (this.printMigrations || this.printUserRole || this.dialects !== undefined) {
      return (await import('./creation.ts')).printCreation(this, this.context);
    }
    const preview = readPreview(this);
    const introspect = readCatalogName(this.introspects, preview);
    const [ignore, adopt] = [ids(this.ignores, flags.ignore), ids(this.adopted, flags.adopt)];
    const allow = readHazards(each(this.allowed, flags.allow));
    const config = await this.configuration(single(this.roles, flags.role));
    const listenNotify = config.listenNotify && !this.noListenNotify;
    const request = { ...config, allow, adopt, ignore: [...config.ignore, ...ignore], listenNotify, introspect };
    if (preview !== null) return show(preview, request, this.context, this.paint('stdout'));
    const print = (line: string): void => this.print(line);
    startLines(config).forEach(print);
    const database = databaseLines({
      print,
      warn: (text) => this.warn(text),
      paint: this.paint('stdout'),
      took: this.verbose ? this.progress.took : null,
    });
    await migrate({
      ...request,
      on: { ...config.on, database, command: commandLine(config.commands?.file ?? '', print) },
    });
    return exitCodes.done;
  }
}
