/** Messages between the page and the explanation worker. */
import type { Counterfactuals, CustomerRecord, Explanation, Problem } from "tenure";
import type { Language } from "./language";

/**
 * `explain` asks for contributions, `interact` for interactions as well, `advise` for
 * counterfactuals.
 */
export type Asked = "explain" | "interact" | "advise";

export type ExplainRequest =
  | { kind: "model"; model: Uint8Array; language: Language }
  | { kind: Asked; record: CustomerRecord };

export type ExplainReply =
  | { kind: "ready" }
  | { kind: "explained"; explanation: Explanation; milliseconds: number }
  | { kind: "advised"; counterfactuals: Counterfactuals; milliseconds: number }
  /** The record was not explained; if it has errors, `problems` lists them. */
  | { kind: "refused"; message: string; problems: readonly Problem[] };
