/** What the page and the explanation worker say to each other. */
import type { Counterfactuals, CustomerRecord, Explanation, Problem } from "tenure";
import type { Language } from "./language";

/** Why she scores so; the same with the effects of pairs of fields; and what would change it. */
export type Asked = "explain" | "interact" | "advise";

export type ExplainRequest =
  | { kind: "model"; model: Uint8Array; language: Language }
  | { kind: Asked; record: CustomerRecord };

export type ExplainReply =
  | { kind: "ready" }
  | { kind: "explained"; explanation: Explanation; milliseconds: number }
  | { kind: "advised"; counterfactuals: Counterfactuals; milliseconds: number }
  /** The record has errors, which is no fault of the page; `problems` says which. */
  | { kind: "refused"; message: string; problems: readonly Problem[] };
