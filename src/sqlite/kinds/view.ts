import type { TriggerObject, ViewObject } from '../../model/objects.ts';
import { quoteIdentifier } from '../../sql/quote.ts';
import type { KindRule } from './rule.ts';

export const view: KindRule<ViewObject> = {
  written: 'by itself',
  create: (o) => [o.definition],
  drop: (o) => [`DROP VIEW ${quoteIdentifier(o.name)}`],
};

export const trigger: KindRule<TriggerObject> = {
  written: 'by itself',
  create: (o) => [o.definition],
  drop: (o) => [`DROP TRIGGER ${quoteIdentifier(o.name)}`],
};
