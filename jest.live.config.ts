/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';
import unit from './jest.config.ts';

/** Against real servers of the major version in PG_MAJOR, and against SQLite, which has no versions here. */
const config: Config = {
  ...unit,
  testMatch: ['<rootDir>/tests/live/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 120_000,
  // Every file starts a server of its own, and most of the time waits for it.
  maxWorkers: 2,
};

export default config;
