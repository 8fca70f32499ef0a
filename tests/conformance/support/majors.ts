/** The major versions of PostgreSQL to try, as `npm run test:conformance -- --postgres 14,18` names them. */
export const majors: readonly number[] = (process.env['CONFORMANCE_POSTGRES'] ?? '14,16,18').split(',').map(Number);

/** The newest of them, for what need not be tried on each. */
export const newestMajor = Math.max(...majors);
