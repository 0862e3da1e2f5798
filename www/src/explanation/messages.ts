/** What the page and the explanation worker say to each other. */
import type { CustomerRecord, Explanation, Problem } from 'tenure';

export type ExplainRequest = { kind: 'model'; model: Uint8Array } | { kind: 'explain'; record: CustomerRecord };

export type ExplainReply =
  | { kind: 'ready' }
  | { kind: 'explained'; explanation: Explanation; milliseconds: number }
  /** The record has errors, which is no fault of the page; `problems` says which. */
  | { kind: 'refused'; message: string; problems: readonly Problem[] };
