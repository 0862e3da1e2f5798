/** The handler that all programs here serve: scores, explanations, their description, and a log. */

import { createHandler } from "tenure/edge";
import { apiKeys } from "tenure/edge/access";
import { openInference } from "tenure/edge/inference";
import { openApi } from "tenure/edge/openapi";

/**
 * `keys` is a list of keys that may be used, as `apiKeys` takes it, in JSON. Without it everybody may do
 * everything.
 */
export function handlerOf(artifact, keys) {
  return createHandler({
    artifact,
    routes: [...openApi(), ...openInference()],
    identify: true,
    ...(keys === undefined ? {} : { authorize: apiKeys(JSON.parse(keys)) }),
    // One line for each request. No event has a value of a record.
    onEvent: ({ cause, ...event }) =>
      console.log(JSON.stringify({ ...event, ...(cause ? { cause: String(cause) } : {}) })),
  });
}
