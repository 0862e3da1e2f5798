/** In which cells the values of a field are counted, in words. */
import type { Card, Field } from "tenure";
import { formatNumber } from "../text/numbers";
import { texts } from "../text/texts";

/** The cells of a field, as the reference in the model card has them. */
type ReferenceCells = { readonly edges: readonly number[] } | { readonly codes: readonly number[] };

/** Whether the model card has a reference, so that a model can be watched. */
export function hasReference(card: Partial<Card>): boolean {
  return typeof card.reference === "object" && card.reference !== null;
}

/** The names of a field's cells, in the order of `FieldComparison.cells`. */
export function cellNames(card: Partial<Card>, field: Field, place: number): string[] {
  const { cells } = (card.reference ?? {}) as { readonly cells?: readonly (ReferenceCells | null)[] };
  const own = cells?.[place];
  if (!own) return [];
  const { below, between, above, others, unseen, missing, unreadable } = texts().driftCells;
  const last = [missing, unreadable];
  if ("codes" in own) {
    const names =
      "categories" in field ? field.categories : "positive" in field ? [field.negative, field.positive] : [];
    return [...own.codes.map((code) => names[code] ?? String(code)), others, unseen, ...last];
  }
  const edges = own.edges.map(formatNumber);
  const ranges = edges.slice(1).map((edge, at) => between(edges[at]!, edge));
  return [below(edges[0]!), ...ranges, edges.at(-1)!, above(edges.at(-1)!), ...last];
}
