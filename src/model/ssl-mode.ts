/** The modes of TLS, the laxest first. https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION */
export const sslModes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;

export type SslMode = (typeof sslModes)[number];

/** The parameters of a URL that ask for one: libpq's, and that of JDBC and of other drivers. */
export type SslParameter = 'ssl' | 'sslmode';

/** Other words for the modes: of JDBC, and of the runtime's driver for what libpq calls require. Null asks for nothing. */
const synonyms: { readonly [P in SslParameter]: ReadonlyMap<string, SslMode | null> } = {
  sslmode: new Map([['no-verify', 'require']]),
  ssl: new Map([
    ['no-verify', 'require'],
    ['true', 'require'],
    ['1', 'require'],
    ['false', null],
    ['0', null],
  ]),
};

/** What a parameter asks for: null where that is nothing, undefined where nobody knows the word. */
export const sslModeOf = (parameter: SslParameter, word: string): SslMode | null | undefined =>
  sslModes.find((mode) => mode === word) ?? synonyms[parameter].get(word);

/** The strictest one; undefined where none is asked for. */
export const strictest = (...asked: readonly (SslMode | null | undefined)[]): SslMode | undefined =>
  sslModes.findLast((mode) => asked.includes(mode));
