/** `GET /healthz` and `GET /readyz`: what a load balancer asks. */

import type { Route } from "./exchange.js";

/** The process answers. */
export const healthRoute: Route = {
  path: "/healthz",
  method: "GET",
  answer: () => Response.json({ status: "ok" }),
};

/** The default model is loaded, so requests can be answered; 503 otherwise. */
export const readyRoute: Route = {
  path: "/readyz",
  method: "GET",
  async answer(exchange) {
    await exchange.model(undefined, undefined);
    return Response.json({ status: "ok" });
  },
};
