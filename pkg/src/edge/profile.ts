/** `GET /v1/profile`: what a model has scored since it was loaded, for scorers that count it. */

import type { Route } from "./exchange.js";
import { refuse } from "./refusal.js";

/** Tells the profile of one process or isolate. */
export const profileRoute: Route = {
  path: "/v1/profile",
  method: "GET",
  scope: "profile",
  query: ["model", "from", "until"],
  async answer(exchange) {
    const { scorer } = await exchange.model();
    const { pathname, searchParams } = exchange.url;
    if (scorer.profile === undefined || scorer.isCounting !== true) {
      const message = `${pathname} does not exist for this model: load it with tenure/decide and the option profile: true`;
      throw refuse(404, "not_found", message);
    }
    const day = (name: string): string | undefined => searchParams.get(name) ?? undefined;
    // As a file has it: the answer is a profile, and nothing is added to it.
    return Response.json(await scorer.profile({ from: day("from"), until: day("until") }));
  },
};
