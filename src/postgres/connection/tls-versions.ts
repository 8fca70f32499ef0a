import type { ConnectionOptions } from 'node:tls';
import { UserError } from '../../model/errors.ts';
import type { Environment, PostgresTarget } from '../../model/target.ts';
import { quoted } from '../../secrets/printable.ts';
import { lookUp } from './look-up.ts';

/** libpq's names, in any case, which are Node's too, from old to new. */
const versions = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;

/** What is spoken at all. https://nodejs.org/api/tls.html#tlsdefault_min_version */
const oldest = versions.indexOf('TLSv1.2');

/**
 * The versions of TLS that may be spoken.
 * https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-SSL-MIN-PROTOCOL-VERSION
 * @throws UserError for an unknown version, and where none is left
 */
export function readVersions(target: PostgresTarget, environment: Environment): ConnectionOptions {
  const [min, max] = [read('min'), read('max')];
  if (Math.max(oldest, min ?? oldest) > (max ?? versions.length)) {
    throw new UserError('no version of TLS is left to speak', {
      hint: 'TLS is 1.2 or newer: correct ssl_min_protocol_version and ssl_max_protocol_version',
    });
  }
  return {
    ...(min === null || min < oldest ? {} : { minVersion: versions[min] }),
    ...(max === null ? {} : { maxVersion: versions[max] }),
  };

  function read(end: 'min' | 'max'): number | null {
    const name = `ssl_${end}_protocol_version`;
    const text = lookUp(target, name, environment, `PGSSL${end.toUpperCase()}PROTOCOLVERSION`);
    if (text === null) return null;
    const found = versions.findIndex((version) => version.toLowerCase() === text.toLowerCase());
    if (found !== -1) return found;
    throw new UserError(`${name} ${quoted(text)} is unknown`, { hint: 'use TLSv1.2 or TLSv1.3' });
  }
}
