/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';
import unit from './jest.config.ts';

const config: Config = {
  ...unit,
  testMatch: ['<rootDir>/tests/conformance/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  globalSetup: '<rootDir>/tests/conformance/support/prepare-python.mjs',
  testTimeout: 300_000,
  // Most of the time is spent waiting for servers and for what others launch.
  maxWorkers: 4,
};

export default config;
