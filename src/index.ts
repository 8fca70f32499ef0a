/** The library's public face: plan and apply from a program, without the command line. */
export { applicationDefinitions, runtimeVersion, systemDefinitions } from '../schema/index.ts';
export { apply, type Applied, type ApplyOptions } from './apply/apply.ts';
export type { Database, Opened } from './apply/database.ts';
export { type Goal, inspect, type Inspection } from './apply/inspect.ts';
export type { Catalog } from './model/catalog.ts';
export type { Change } from './model/change.ts';
export type { Definitions } from './model/definition.ts';
export type { Connection, Dialect, Scope } from './model/dialect.ts';
export { QueryError, RefusedError, UserError } from './model/errors.ts';
export type { CatalogObject, ObjectId, ObjectKind } from './model/objects.ts';
export type { Hazard, Plan, Statement } from './model/plan.ts';
export { dropRetired } from './planner/ownership.ts';
export { postgres } from './postgres/dialect.ts';
