/** The library: what the command line does, for programs. It prints nothing and ends no process. */
export { runtimeVersion } from '../schema/index.ts';
export type { CheckState, Finding } from './model/checkup.ts';
export type { Catalog } from './model/catalog.ts';
export type { Alter, Change, Create, Drop, Rename } from './model/change.ts';
export { RefusedError, QueryError, UserError } from './model/errors.ts';
export type { Facts, RelationFacts } from './model/facts.ts';
export { type Hazard, type HazardName, hazardNames, hazards, type HazardTraits } from './model/hazard.ts';
export type { Obstacle } from './model/obstacle.ts';
export type { CatalogObject, ObjectId, ObjectKind } from './model/objects.ts';
export { type Commit, type Lock, type Plan, type Segment, type Statement, statementsOf } from './model/plan.ts';
export type { Environment } from './model/target.ts';
export type { CustomCommands } from './operations/custom-commands.ts';
export type { KeptRecord, MigrationRecord } from './model/migration-record.ts';
export { type Check, type Diagnosis, doctor, type DoctorRequest } from './operations/doctor.ts';
export type { Grants } from './operations/grants.ts';
export { type DatabaseHistory, history } from './operations/history.ts';
export { type Config, type ConfigSources, loadConfig, type Overrides } from './operations/load-config.ts';
export {
  migrate,
  type MigratedDatabase,
  type MigrateListeners,
  type MigrateOutcome,
  type MigrateRequest,
} from './operations/migrate.ts';
export type { Ahead, DatabasePlan, Found, FoundState, UnmanagedObject } from './operations/outcome.ts';
export { check, type CheckedDatabase, type CheckOutcome, plan, type PlanOutcome } from './operations/plan.ts';
export type { CatalogName, Listeners, Request, SegmentEvent, Wait } from './operations/request.ts';
export type { Extent } from './operations/extent.ts';
export {
  planReset,
  reset,
  type ResetDatabase,
  type ResetOutcome,
  type ResetPlan,
  type ResetRequest,
} from './operations/reset.ts';
