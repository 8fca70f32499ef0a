/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';
import unit from './jest.config.ts';

/** The built program and package, as a shell, npm and a terminal run them. */
const config: Config = {
  ...unit,
  testMatch: ['<rootDir>/tests/program/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 120_000,
};

export default config;
