/** Policies in use: those that levers make of one, and whether two have the same tiers. */
import type { Policy } from "tenure";

/** What the reader tries beside the policy. */
export interface Levers {
  /** What a customer is worth, as a multiple of the policy's value. */
  value: number;
  /** The costs of offers and of the contact, as a multiple of the policy's. */
  cost: number;
  /** Share of the customers who are held out. */
  holdout: number;
}

/** The policy with these levers. */
export function pulled(policy: Policy, { value, cost, holdout }: Levers): Policy {
  const { holdout: own, ...rest } = policy;
  return {
    ...rest,
    ...(rest.value !== undefined && { value: times(rest.value, value) }),
    contact_cost: (rest.contact_cost ?? 0) * cost,
    ...(holdout > 0 && { holdout: { ...own, fraction: holdout } }),
    offers: (rest.offers ?? []).map((offer) => ({ ...offer, cost: times(offer.cost, cost) })),
  };
}

/** A number or a formula, multiplied. */
function times(amount: number | string, factor: number): number | string {
  if (factor === 1) return amount;
  return typeof amount === "number" ? amount * factor : `(${amount}) * ${factor}`;
}

/** Whether two policies have the same tiers, so that scores by one hold for the other. */
export function haveSameTiers(one: Policy, other: Policy): boolean {
  return JSON.stringify(one.tiers) === JSON.stringify(other.tiers);
}
