/** What is used of the driver's notice. https://www.postgresql.org/docs/current/protocol-error-fields.html */
interface Notice {
  /** In the language of the server's messages. */
  readonly severity?: string | undefined;
  readonly code?: string | undefined;
  readonly message?: string | undefined;
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
}

interface Client {
  on(event: 'notice', listener: (notice: Notice) => void): unknown;
}

/** The class of the SQLSTATEs of warnings. https://www.postgresql.org/docs/current/errcodes-appendix.html */
const WARNINGS = /^01/;

/**
 * Passes on what the server warns of, as with the connection it does of a collation version that has changed, and with a
 * statement whatever a trigger raises. Notices and messages for debugging are nobody's business.
 * The driver keeps the word for the severity only, which is WARNING in English; in other languages the class of the
 * SQLSTATE tells, which is that of a warning unless whoever raised it chose another.
 */
export function passWarnings(client: Client, listener: (text: string) => void): void {
  client.on('notice', ({ severity, code, message, detail, hint }) => {
    if (severity !== 'WARNING' && !WARNINGS.test(code ?? '')) return;
    listener([message, detail, hint].filter((line) => line !== undefined).join('\n'));
  });
}
