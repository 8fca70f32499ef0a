import { type Hazard, hazards, type HazardName } from '../model/hazard.ts';
import { type Plan, type Statement, statementsOf } from '../model/plan.ts';

/** A statement that may not run yet, and the hazard of it that nobody has allowed. */
export interface Unallowed {
  readonly statement: Statement;
  readonly hazard: Hazard;
}

/** The hazards of a plan that need a consent which is not among the given ones, in the order of its statements. */
export const unallowedIn = (plan: Pick<Plan, 'segments'>, consents: ReadonlySet<HazardName>): readonly Unallowed[] =>
  statementsOf(plan).flatMap((statement) =>
    statement.hazards
      .filter(({ name }) => hazards[name].needsConsent && !consents.has(name))
      .map((hazard) => ({ statement, hazard })),
  );
