/** What a plan reads of a table. */
import type { Schema } from "tenure";
import type { ScoredTable } from "../table/scored-table";

/** The columns: the fields and, for the hold-out, the identifier. */
export function fieldNames({ fields }: Schema, { identifier }: ScoredTable): { name: string }[] {
  return [...fields, ...(identifier === undefined ? [] : [{ name: identifier }])];
}

/**
 * Half the width of the 95% interval of what the offers change, as a share of the customers: of a
 * difference of two shares, by the normal approximation.
 */
export function certainty(risk: number, treated: number, heldOut: number): number {
  return 1.96 * Math.sqrt(risk * (1 - risk) * (1 / treated + 1 / heldOut));
}
