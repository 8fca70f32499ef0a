/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';
import unit from './jest.config.ts';

/** With a real engine, which `scripts/test-docker.mjs` starts. */
const config: Config = {
  ...unit,
  testMatch: ['<rootDir>/tests/docker/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 120_000,
  // There is one container of the name that all of them are about.
  maxWorkers: 1,
};

export default config;
