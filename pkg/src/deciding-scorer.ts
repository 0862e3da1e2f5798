/** A scorer that also decides: what the module of `tenure/decide` adds. */

import { type DecideOptions, type Decision, decideOptions, identifierOf } from "./decision.js";
import { fromCore } from "./error.js";
import type { CoreDecision } from "./generated.js";
import { live, type Plan, type PlanOptions, plan } from "./plan.js";
import { insideOf, Scorer } from "./scorer.js";
import type { ColumnsFor, RecordFor } from "./types.js";

/**
 * Scores, explains and decides with one artifact. `load` of `tenure/decide` makes it.
 *
 * @example
 * ```js
 * import { load } from "tenure/decide";
 * import { records } from "tenure/testing";
 *
 * const scorer = await load("model.safetensors");
 * const { actions, reasons } = scorer.decide(records[2], { identifier: "7590-VHVEG" });
 * ```
 */
export class DecidingScorer<C = unknown> extends Scorer<C> {
  /**
   * Decides what to do about a customer by the model's policy: the offers that are worth their cost,
   * best first, those that are not made with the rule that stopped each, and the reasons. The
   * expected profit of an offer is P(leave) × effect × value − cost.
   *
   * @param record as {@link score} takes it. For the hold-out it also has one of the schema's
   *   identifiers, or `options.identifier` is given.
   * @param options see {@link DecideOptions}.
   * @throws TenureError as {@link explain}.
   */
  decide<R extends RecordFor<C, R>>(record: R, options: DecideOptions = {}): Decision {
    const inside = insideOf(this);
    inside.live();
    const checked = decideOptions(options, this.policy);
    const { days, exhausted, reasons, budget, tolerance, seed } = checked;
    const identifier = checked.identifier ?? identifierOf(record, this.schema);
    return inside.ask(record, () => {
      try {
        const core = live(inside);
        return core.decide_row(identifier, days, exhausted, reasons, budget, tolerance, seed) as CoreDecision;
      } catch (error) {
        throw fromCore(error);
      }
    });
  }

  /**
   * Plans who of many customers gets which offer: at most one each, so that the expected profit is as
   * large as the budget, the capacities and the number of contacts allow.
   *
   * @param columns columns or records, as {@link scoreMany} takes them. For the hold-out they also have
   *   one of the schema's identifiers, or `options.identifier` names its column.
   * @param options see {@link PlanOptions}.
   * @returns typed arrays with one entry for each row, and the figures of the whole. A row with errors
   *   gets no offer, and its problems are listed.
   * @throws TenureError as {@link scoreMany}; `columns_invalid` if days are no days; `argument_invalid`
   *   with all problems of the options, and for a policy without offers.
   */
  plan(columns: ColumnsFor<C>, options?: PlanOptions): Plan;
  plan<R extends RecordFor<C, R>>(records: readonly R[], options?: PlanOptions): Plan;
  plan(input: unknown, options: PlanOptions = {}): Plan {
    return plan(insideOf(this), this.schema, this.policy, input, options);
  }
}
