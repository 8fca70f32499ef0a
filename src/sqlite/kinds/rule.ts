/** How changes of one kind are written. */
export type KindRule<O> =
  /** Inside its table's CREATE TABLE: an existing table gets a column, or is rebuilt. */
  | { readonly written: 'in its table' }
  /** By statements of its own; an altered or renamed object is made anew. */
  | {
      readonly written: 'by itself';
      readonly create: (object: O) => readonly string[];
      readonly drop: (object: O) => readonly string[];
    }
  /** Not at all: opening the file makes it. */
  | { readonly written: 'with the file' };
