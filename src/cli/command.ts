import { Writable } from 'node:stream';
import { Command } from 'clipanion';
import { type Config, type ConfigSources, loadConfig } from '../operations/load-config.ts';
import type { Listeners, QueryEvent } from '../operations/request.ts';
import type { Context } from './context.ts';
import { exitCodeOf } from './exit-codes.ts';
import { say } from './door.ts';
import { failureText } from './failure.ts';
import { Interrupted, Progress } from './interruption.ts';
import { flags } from './flags.ts';
import { Live } from './live.ts';
import { given, oneOf, single, valued } from './options.ts';
import { type Colouring, type Painter, painter } from './terminal.ts';

/** A command whose errors end as one message on stderr and an exit code. */
export abstract class OperatorCommand extends Command<Context> {
  debug = given(flags.debug);
  colors = valued(flags.color);

  /** Does the work. @returns the exit code */
  protected abstract run(): Promise<number>;

  override async execute(): Promise<number> {
    const { stderr } = this.context;
    try {
      this.colouring = oneOf(single(this.colors, flags.color) ?? 'auto', flags.color);
      if (this.isQuiet()) this.context = { ...this.context, stdout: nowhere(), stderr: nowhere() };
      return await this.run();
    } catch (error) {
      this.live?.stop();
      this.context = { ...this.context, stderr };
      if (error instanceof Interrupted) this.warn(`interrupted: ${this.standing()}`);
      else say(stderr, failureText(error, this.debug, this.paint('stderr')));
      const reason: unknown = this.context.signal?.reason;
      return reason instanceof Interrupted ? reason.exitCode : exitCodeOf(error);
    }
  }

  private colouring: Colouring = 'auto';

  /** Whether nothing but errors is printed. */
  protected isQuiet(): boolean {
    return false;
  }

  protected readonly progress = new Progress();

  /** Where what runs for long is told; null before anything runs. */
  protected live: Live | null = null;

  /** What an interruption leaves behind. */
  protected standing(): string {
    return this.progress.standing();
  }

  protected print(line: string): void {
    this.live?.clear();
    say(this.context.stdout, `${line}\n`);
  }

  protected warn(text: string): void {
    this.live?.clear();
    say(this.context.stderr, `${text}\n`);
  }

  protected paint(stream: 'stdout' | 'stderr'): Painter {
    return painter(this.context[stream], this.context.env, this.colouring);
  }
}

/** A stream that takes everything and keeps nothing. */
const nowhere = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() });

/** A message to a database in one line. The longest, which looks at the catalog, is shown by its beginning. */
function queryText({ database, sql, milliseconds, error }: QueryEvent): string {
  const text = sql.join('; ').replaceAll(/\s+/g, ' ');
  const shown = text.length <= 400 ? text : `${text.slice(0, 400)}… (${text.length} characters)`;
  return `debug: ${milliseconds.toFixed(1)} ms  ${database}: ${shown}${error === null ? '' : `  refused: ${error}`}`;
}

/** A command about databases. */
export abstract class DatabaseCommand extends OperatorCommand {
  quiet = given(flags.quiet);
  applicationUrls = valued(flags.applicationUrl);
  systemUrls = valued(flags.systemUrl);
  schemas = valued(flags.schema);
  configs = valued(flags.config);

  protected override isQuiet(): boolean {
    return this.quiet;
  }

  /** Where the configuration comes from. @throws UserError for a flag that is given twice */
  protected sources(role?: string): ConfigSources {
    return {
      file: single(this.configs, flags.config),
      environment: this.context.env,
      workingDirectory: this.context.cwd,
      overrides: {
        system: single(this.systemUrls, flags.systemUrl),
        application: single(this.applicationUrls, flags.applicationUrl),
        schema: single(this.schemas, flags.schema),
        role,
      },
    };
  }

  /** What flags, environment and file say. Warnings are printed. @throws UserError for a mistake in any of them */
  protected async configuration(role?: string): Promise<Config & { readonly on: Listeners }> {
    const config = await loadConfig(this.sources(role));
    for (const note of config.notes) this.warn(`note: ${note}`);
    for (const warning of config.warnings) this.warn(`warning: ${warning}`);
    return { ...config, signal: this.context.signal, on: this.listeners() };
  }

  /** Tells on stderr what a run waits for, what the server warns of, and with --debug what the server is sent. */
  protected readonly listeners = (): Listeners => ({
    wait: ({ what }) => this.warn(`waiting for ${what}`),
    warning: (text) => this.warn(`warning: ${text.replaceAll('\n', '\n         ')}`),
    segment: (event) => {
      this.progress.listen(event);
      this.live ??= new Live(this.context.stderr, this.context.env);
      this.live.listen(event);
    },
    ...(this.debug ? { query: (event: QueryEvent) => this.warn(queryText(event)) } : {}),
  });
}
