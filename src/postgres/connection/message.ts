import type { Row } from '../../model/dialect.ts';

/** The driver's ways to make a value of the text that the server sent, by the type's oid. */
export interface Parsers {
  getTypeParser(typeId: number, format: 'text'): (text: string) => unknown;
}

interface Field {
  readonly name: string;
  readonly dataTypeID: number;
}

/**
 * One message of the simple query protocol, which may hold several statements. The driver submits it and calls the
 * handlers; unlike the driver's own queries it knows how many statements were completed before one was refused.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-MULTI-STATEMENT
 */
export class Message {
  readonly #text: string;
  readonly #parsers: Parsers;
  #columns: readonly (readonly [string, (text: string) => unknown])[] = [];
  /** Rows of the statement that is answered now, and of the last one that was completed. */
  #arriving: Row[] = [];
  #last: readonly Row[] = [];
  #completed = 0;
  #settle: { resolve(rows: readonly Row[]): void; reject(error: Error): void } | undefined;

  /** The rows of the last statement; rejects with the driver's error. */
  readonly rows: Promise<readonly Row[]>;

  constructor(text: string, parsers: Parsers) {
    this.#text = text;
    this.#parsers = parsers;
    this.rows = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
  }

  get completed(): number {
    return this.#completed;
  }

  submit(connection: unknown): void {
    (connection as { query(text: string): void }).query(this.#text);
  }

  handleRowDescription({ fields }: { fields: readonly Field[] }): void {
    this.#columns = fields.map(({ name, dataTypeID }) => [name, this.#parsers.getTypeParser(dataTypeID, 'text')]);
  }

  handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    const entries = this.#columns.map(([name, parse], index) => {
      const text = fields[index] ?? null;
      return [name, text === null ? null : parse(text)] as const;
    });
    this.#arriving.push(Object.fromEntries(entries));
  }

  handleCommandComplete(): void {
    this.#completed += 1;
    this.#last = this.#arriving;
    this.#arriving = [];
  }

  /** The answer to a text in which no statement stands. */
  handleEmptyQuery(): void {}

  /** COPY FROM STDIN has nothing to read here; an unanswered server would wait for ever. */
  handleCopyInResponse(connection: { sendCopyFail(reason: string): void }): void {
    connection.sendCopyFail('there is no data to copy');
  }

  handleCopyData(): void {}

  handleReadyForQuery(): void {
    this.#settle?.resolve(this.#last);
  }

  handleError(error: Error): void {
    this.#settle?.reject(error);
  }
}
