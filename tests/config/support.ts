import { expect } from '@jest/globals';
import type { UserError } from '../../src/model/errors.ts';
import { userErrorOf } from '../support/rejection.ts';

/** The error of the action, which says what to do. */
export async function mistakeOf(action: () => unknown): Promise<UserError> {
  const error = await userErrorOf(action);
  expect(error.hint).toMatch(/\S/);
  return error;
}
