import { expect } from '@jest/globals';
import { UserError } from '../../../src/model/errors.ts';
import type { ObjectId } from '../../../src/model/objects.ts';

/** What somebody does to one declared object by hand. */
export interface Damage {
  readonly how: string;
  readonly sql: string;
  /** What a check must name. */
  readonly id: ObjectId;
  /** Whether it takes the values of the column away, though a column of that name is left. */
  readonly destroys?: boolean;
  /** What the engine says as long as rows stand in the way, and what takes those away. */
  readonly refused?: { readonly because: string; readonly until: string };
  /** What takes away `a_stranger`, where a migration leaves that alone since no release ever made it. */
  readonly leaves?: string;
}

/** A damage before it is known of which object. */
export type Deed = Omit<Damage, 'id'>;

export const when = (holds: boolean, ...all: readonly Deed[]): readonly Deed[] => (holds ? all : []);

/** Asserts that somebody is told what to do, and not that this tool could not. */
export function expectAdvice(error: unknown): void {
  expect(error).toBeInstanceOf(UserError);
  expect((error as UserError).hint).toMatch(/\w/);
  expect((error as UserError).message).not.toMatch(/still|should not happen|report it/);
}
