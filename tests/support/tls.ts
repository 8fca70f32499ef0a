import { fileURLToPath } from 'node:url';

/** The path of a certificate, key or list that `fixtures/tls/make.sh` made. */
export const tlsFile = (name: string): string => fileURLToPath(new URL(`../../fixtures/tls/${name}`, import.meta.url));

/** The files with which a server speaks TLS, as `localhost`. */
export const serverTls = { cert: tlsFile('server.crt'), key: tlsFile('server.key'), ca: tlsFile('ca.crt') };
