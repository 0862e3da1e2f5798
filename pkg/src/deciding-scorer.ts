/** A scorer that also decides: what the module of `tenure/decide` adds. */

import type { Engine } from "../wasm/tenure_decide.js";
import { type DecideOptions, type Decision, decideOptions, identifierOf } from "./decision.js";
import type { Policy } from "./document.js";
import { fromCore } from "./error.js";
import type { Comparison, CoreDecision, PolicyProblem, Profile } from "./generated.js";
import { live, type Plan, type PlanOptions, plan } from "./plan.js";
import {
  type CompareOptions,
  compared,
  compareOptions,
  type ProfileOptions,
  profileOf,
  profileOptions,
} from "./profile.js";
import { insideOf, Scorer } from "./scorer.js";
import { type Problem, TenureError } from "./tenure-error.js";
import type { ColumnsFor, RecordFor, Score } from "./types.js";

/** @internal Makes a scorer count what it scores from now on. Throws a TenureError, and disposes the scorer. */
export let startCounting: <C>(scorer: DecidingScorer<C>) => void;

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
  /** Kept, because a score takes less time than making it. */
  readonly #inside = insideOf(this);
  #isCounting = false;

  static {
    startCounting = (scorer) => {
      try {
        scorer.#engine().observe();
        scorer.#isCounting = true;
      } catch (error) {
        scorer.dispose();
        throw fromCore(error);
      }
    };
  }

  /** Whether it counts what it scores, see {@link profile}. */
  get isCounting(): boolean {
    return this.#isCounting;
  }

  /** @internal Makes a call in which `score` counts nothing, for records that are counted already. */
  quietly<T>(call: () => T): T {
    const isCounting = this.#isCounting;
    this.#isCounting = false;
    try {
      return call();
    } finally {
      this.#isCounting = isCounting;
    }
  }

  override score<R extends RecordFor<C, R>>(record: R): Score {
    if (!this.#isCounting) return super.score(record);
    let score: Score;
    try {
      score = super.score(record);
    } catch (error) {
      throw this.#refused(error);
    }
    this.#engine().observe_row();
    this.#rules(score.problems);
    return score;
  }

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
    const inside = this.#inside;
    inside.live();
    const checked = decideOptions(options, this.policy);
    const { days, exhausted, reasons, budget, tolerance, seed } = checked;
    const identifier = checked.identifier ?? identifierOf(record, this.schema);
    try {
      const decision = inside.ask(record, () => {
        try {
          const core = live(inside);
          return core.decide_row(identifier, days, exhausted, reasons, budget, tolerance, seed) as CoreDecision;
        } catch (error) {
          throw fromCore(error);
        }
      });
      // The core has counted the row and the offer.
      if (this.#isCounting) this.#rules(decision.problems);
      return decision;
    } catch (error) {
      throw this.#isCounting ? this.#refused(error) : error;
    }
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
    return plan(this.#inside, this.schema, this.policy, input, options);
  }

  /**
   * What was scored so far, as counts for `tenure monitor` and {@link compare}: no row, and no count of 1 to
   * 19 rows. The model must be loaded with the option `profile`. `score`, `scoreMany`, `scoreManyAsync`,
   * `scoreBlocks`, `decide` and `plan` count their rows, the last two their offers too; explanations and
   * what-ifs count nothing. Give each customer to one of them once.
   *
   * @param options see {@link ProfileOptions}.
   * @returns the content of a profile file: `JSON.stringify` writes it. The same rows have the same profile,
   *   which cannot be added up twice.
   * @throws TenureError `argument_invalid` with all problems of the options, and for a scorer that counts
   *   nothing; `crypto_unavailable` on a page without https; `disposed`.
   */
  async profile(options: ProfileOptions = {}): Promise<Profile> {
    return this.profileOf(this.counts(options), options);
  }

  /** @internal All counts, which add up with those of other threads. Starts anew if the options say so. */
  counts(options: ProfileOptions): Float64Array {
    const { restart } = profileOptions(options);
    const engine = this.#engine();
    const counts = engine.counts();
    if (restart && this.#isCounting) engine.observe();
    return counts;
  }

  /** @internal The profile of counts. */
  async profileOf(counts: Float64Array, options: ProfileOptions): Promise<Profile> {
    const checked = profileOptions(options);
    const { sha256 } = await this.model();
    return profileOf(() => this.#engine(), counts, sha256, checked);
  }

  /**
   * Compares what a model sees with what it saw in training: the figures of `tenure monitor`.
   *
   * @param profiles one or more profiles of this model, or their texts. The verdict is on their sum.
   * @param options see {@link CompareOptions}.
   * @returns the verdict, fields and scores that moved, and what to expect while nobody knows who left.
   * @throws TenureError `profile_…` with a problem for each profile that cannot be used: `profile_model` (of
   *   another model), `profile_version`, `profile_format`, `profile_twice`, `profile_future`,
   *   `profile_counts`, `profile_too_large`; `profile_reference` for a model without a reference;
   *   `argument_invalid`; `crypto_unavailable` on a page without https; `disposed`.
   */
  async compare(
    profiles: Profile | string | readonly (Profile | string)[],
    options: CompareOptions = {},
  ): Promise<Comparison> {
    const checked = compareOptions(options);
    const { sha256 } = await this.model();
    return compared(() => this.#engine(), profiles, sha256, checked);
  }

  /**
   * All problems of a policy for this model, each with its place; none for one that can be used.
   *
   * @param policy a policy, as the property `policy` has it.
   */
  checkPolicy(policy: unknown): readonly PolicyProblem[] {
    return this.#engine().check_policy(textOf(policy)) as PolicyProblem[];
  }

  /**
   * Takes another policy for the scores, decisions and plans that follow. The file of the model stays as it
   * is, see {@link withPolicy}.
   *
   * @throws TenureError `policy_invalid` with all problems; `argument_invalid` for a scorer that counts a
   *   profile, which is of the model as it was loaded.
   */
  usePolicy(policy: Policy): void {
    const text = this.#sound(policy);
    try {
      this.#engine().set_policy(text);
    } catch (error) {
      throw fromCore(error);
    }
    const frozen = JSON.parse(text, (_key, value: unknown) => Object.freeze(value)) as Policy;
    (this as { policy: Policy }).policy = frozen;
  }

  /**
   * The file of a model with another policy, and with its checksum.
   *
   * @param model the bytes of the model's file.
   * @param policy a policy that fits the model.
   * @throws TenureError `policy_invalid` with all problems; `artifact_…` if the bytes are no model.
   */
  withPolicy(model: Uint8Array | ArrayBuffer, policy: Policy): Uint8Array<ArrayBuffer> {
    const text = this.#sound(policy);
    try {
      return this.#engine().with_policy(new Uint8Array(model), text) as Uint8Array<ArrayBuffer>;
    } catch (error) {
      throw fromCore(error);
    }
  }

  #engine(): Engine {
    return live(this.#inside);
  }

  /** Counts the values of a record that break a rule. */
  #rules(problems: readonly Problem[]): void {
    for (const { rule } of problems) this.#engine().observe_rule(rule);
  }

  /** Counts a record that was just refused; returns the error. */
  #refused(error: unknown): unknown {
    if (error instanceof TenureError && error.code === "record_invalid") {
      this.#engine().observe_row();
      this.#rules(error.problems);
    }
    return error;
  }

  /** The text of a policy without problems. */
  #sound(policy: Policy): string {
    const problems = this.checkPolicy(policy);
    if (problems.length === 0) return textOf(policy);
    const fields = problems.map(({ place, message }) => ({ field: place, rule: "policy", value: "", message }));
    const lines = problems.map(({ place, message }) => `${place}: ${message}`);
    throw new TenureError("policy_invalid", `the policy has problems: ${lines.join("; ")}`, fields);
  }
}

/** A policy as JSON. What JSON does not have is no policy, and the core says so. */
function textOf(policy: unknown): string {
  return JSON.stringify(policy) ?? "null";
}
