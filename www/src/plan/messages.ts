/** Messages between the page and the workers of plans. */
import type { Columns, Policy, ProfitCurve } from "tenure/decide";
import type { JoinedTexts } from "../table/dictionary";

/** The model to plan with. The columns of the customers follow. */
export interface OpenCohort {
  kind: "open";
  model: Uint8Array;
}

/** A field of the customers, or their identifier. */
export interface AddColumn {
  kind: "column";
  name: string;
  codes: Uint32Array;
  texts: JoinedTexts;
}

/** The limits of a plan; none where they are `undefined`. */
export interface Limits {
  budget?: number | undefined;
  count?: number | undefined;
}

export interface AskPlan {
  kind: "plan";
  policy: Policy;
  limits: Limits;
}

/** Who gets which offer, and what it brings. Amounts are in the money of the policy. */
export interface MadePlan {
  /** Places of the customers with an offer, the largest profit first. */
  places: Uint32Array<ArrayBuffer>;
  /** In the order of `places`: the offer, a position in `policy.offers`. */
  offers: Uint8Array<ArrayBuffer>;
  /** In the order of `places`. */
  profits: Float64Array<ArrayBuffer>;
  /** In the order of `places`, contacts included. */
  costs: Float64Array<ArrayBuffer>;
  /** Sums over all offers. */
  profit: number;
  cost: number;
  /** Mean probability of leaving of the customers with an offer. */
  meanRisk: number;
  /** How many customers are held out. */
  heldOut: number;
  curve: ProfitCurve;
}

export type PlanReply = { kind: "made"; plan: MadePlan } | { kind: "failed"; message: string };

/** Why an offer is made, for the customers of a plan. */
export interface AskReasons {
  kind: "reasons";
  model: Uint8Array;
  policy: Policy;
  columns: Columns;
  /** By customer: the name of the offer. */
  offers: string[];
  language: "en" | "de";
}

/** The reason that an offer answers, or else the customer's largest. */
export interface OfferReason {
  /** The field's label, after that of its group. */
  label: string;
  text: string;
  /** What the field adds to the probability. */
  contribution: number;
}

export type ReasonsOfOffersReply =
  | { kind: "block"; reasons: (OfferReason | undefined)[] }
  | { kind: "done" }
  | { kind: "failed"; message: string };

export type PlanRequest = OpenCohort | AddColumn | AskPlan | AskReasons;
