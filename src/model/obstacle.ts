/** Something that keeps a plan from being applied, found out before anything is changed. */
export interface Obstacle {
  /** What it is: `cannot be applied by app: it may not create the schema dbos`, `blocked by view public.v, …`. */
  readonly what: string;
  /** The statement that helps, or what else to do about it. */
  readonly remedy: string;
}
