/** The messages between a pool and a worker. Each request has one reply. */

import type { Card, Policy, Schema } from "./document.js";
import type { LoadOptions } from "./load-options.js";
import type { Problem } from "./tenure-error.js";

/** A message to a worker. */
export type Request =
  /**
   * Load the artifact. The worker compiles the module itself: engines are about to refuse modules
   * in messages.
   */
  | { readonly kind: "start"; readonly artifact: Uint8Array; readonly options: LoadOptions }
  /**
   * Call a method of the scorer. The reply is its result, or `stream` if it returns an async
   * iterator.
   */
  | { readonly kind: "call"; readonly name: string; readonly parameters: readonly unknown[] }
  /** Send the next item of the stream. */
  | { readonly kind: "next" }
  /** End the stream. */
  | { readonly kind: "stop" };

/** A worker's reply. */
export type Reply =
  | { readonly kind: "started"; readonly schema: Schema; readonly card: Card; readonly policy: Policy }
  | { readonly kind: "result"; readonly value: unknown }
  | { readonly kind: "stream" }
  | { readonly kind: "item"; readonly done: boolean; readonly value: unknown }
  | { readonly kind: "error"; readonly error: Failure };

/**
 * An error in a message. One without a code was not thrown on purpose: the pool ends its worker.
 */
export interface Failure {
  readonly message: string;
  readonly code?: string;
  readonly problems: readonly Problem[];
}
