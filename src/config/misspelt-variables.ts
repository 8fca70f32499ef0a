import type { Environment } from '../model/target.ts';
import { oneLine } from '../secrets/printable.ts';
import { variable } from './environment.ts';
import { meantVariable } from './keys.ts';

/** The environment is everybody's, so that a variable which looks like one of ours is no error. */
export const misspeltVariables = (environment: Environment): readonly string[] =>
  Object.keys(environment).flatMap((name) => {
    const meant = variable(environment, name) === null ? null : meantVariable(name);
    return meant === null ? [] : [`nobody reads the variable ${oneLine(name)}: did you mean ${meant}?`];
  });
