/** Policies in use: another policy in a model's file, and the policy that levers make of one. */
import type { Policy } from "tenure";

/**
 * The bytes of a model with another policy, for the page's memory. They have no checksum, because what
 * changes a file can write a new one; the core checks the rest when it loads them.
 */
export function withPolicy(model: Uint8Array, policy: Policy): Uint8Array {
  const length = Number(new DataView(model.buffer, model.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(model.subarray(8, 8 + length)));
  const { checksum: _, ...document } = JSON.parse(header.__metadata__.tenure);
  header.__metadata__.tenure = JSON.stringify({ ...document, policy });
  const text = new TextEncoder().encode(JSON.stringify(header));
  // The tensors begin at a multiple of eight bytes.
  const padded = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(8 + padded + model.length - 8 - length).fill(0x20, 8, 8 + padded);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(text, 8);
  bytes.set(model.subarray(8 + length), 8 + padded);
  return bytes;
}

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
