import { UserError } from '../../src/model/errors.ts';

/** Gives the error that the action throws. @throws where it throws none, or one that the command line cannot explain. */
export async function userErrorOf(action: () => unknown): Promise<UserError> {
  try {
    await action();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('no error was thrown');
}

/** All of an error that the command line may print. */
export const printed = ({ message, where, hint }: UserError): string => [message, where, hint].join('\n');
