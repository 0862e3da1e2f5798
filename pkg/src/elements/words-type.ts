/** What a table of the elements' texts has. */

import type { Explanation, RefusedOffer } from "tenure";

/** A text for the number 1 and one for all others, with `{count}`. */
export interface Plural {
  readonly one: string;
  readonly other: string;
}

/** The texts of one language. Names in braces are placeholders. */
export interface Words {
  /** What stands where no record is set. */
  readonly noCustomer: string;
  readonly loading: string;

  readonly probability: string;
  readonly probabilityLabel: string;
  /** `{percent}` */
  readonly before: string;
  /** `{points}` */
  readonly points: string;
  /** `{now}`, `{tier}`, `{before}` */
  readonly changed: string;

  readonly why: string;
  readonly updating: string;
  readonly exact: string;
  /** `{error}` */
  readonly sampled: string;
  /** `{count}` */
  readonly evaluations: string;
  /** `{count}` */
  readonly sampledEvaluations: string;
  readonly strongest: string;
  readonly raiseMost: string;
  readonly lowerMost: string;
  /** `{value}` */
  readonly referenceMean: string;
  readonly keyLowers: string;
  readonly keyRaises: string;
  readonly thisCustomer: string;
  readonly references: string;
  /** `{value}` */
  readonly beforeChange: string;
  readonly contributions: string;
  readonly raises: string;
  readonly lowers: string;
  /** What the axis shows, by the scale of the explanation. */
  readonly axes: { readonly [Scale in Explanation["scale"]]: string };
  /** The units of contributions, by their scale. */
  readonly scales: { readonly [Scale in Explanation["scale"]]: string };
  readonly otherFields: Plural;
  /** `{count}` */
  readonly showLargest: string;
  /** `{count}` */
  readonly showAll: string;
  /** `{scale}`, `{count}` */
  readonly exactNote: string;
  /** `{scale}`, `{count}` */
  readonly sampledNote: string;
  /** `{time}` */
  readonly computed: string;
  readonly showInteractions: string;
  readonly computingInteractions: string;
  readonly pairs: string;
  readonly pairsWith: string;
  readonly noPairs: string;
  /** `{scale}` */
  readonly pairsNote: string;

  readonly whatIf: string;
  readonly advice: string;
  readonly searching: string;
  readonly resetChanges: Plural;
  readonly reset: string;
  /** `{label}` */
  readonly resetField: string;
  readonly toCorrect: string;
  readonly changeable: string;
  readonly fixed: string;
  readonly unknown: string;
  readonly unknownChoice: string;
  readonly yes: string;
  readonly no: string;
  /** `{value}` */
  readonly unseen: string;
  /** `{label}` */
  readonly slider: string;
  readonly was: string;
  /** `{points}` */
  readonly byItself: string;
  /** `{message}`, `{value}` */
  readonly got: string;
  /** `{percent}` */
  readonly ways: string;
  /** `{percent}` */
  readonly withChanges: string;
  readonly follows: string;
  /** `{value}` */
  readonly now: string;
  readonly tryIt: string;
  /** `{sentence}`, `{percent}` */
  readonly noWay: string;
  /** `{percent}` */
  readonly waysNote: string;

  readonly whatToDo: string;
  readonly offersInOrder: string;
  /** `{amount}` */
  readonly expectedProfit: string;
  /** `{amount}` */
  readonly offerCost: string;
  readonly noOffer: string;
  readonly heldOut: string;
  readonly holdoutUnknown: string;
  readonly notMade: Plural;
  /** Why an offer is not made, after its name, by the rule that stopped it. */
  readonly refusals: { readonly [Rule in RefusedOffer["rule"]]: string };
  readonly offersNote: string;

  readonly notScored: Plural;
  readonly modelFetch: string;
  readonly modelUnreadable: string;
  readonly modelUnsupported: string;
  readonly failed: string;
  /** Messages by the rule that a value breaks; a rule without one has the core's message. */
  readonly rules: { readonly [rule: string]: string };
}
