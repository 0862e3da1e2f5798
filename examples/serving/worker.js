/**
 * Serves two versions of a model in Cloudflare Workers: files in KV, a tenth of the customers with the new
 * version, keys, and a rate limit in Durable Objects. wrangler.toml has the bindings.
 */

import { env } from "cloudflare:workers";
import { createHandler } from "tenure/edge";
import { apiKeys, durableLimiter, limited } from "tenure/edge/access";
import { createRollout } from "tenure/edge/rollout";

export { RateLimit } from "tenure/edge/access";

const version = (name) => ({
  name: "churn",
  version: name,
  source: () => env.MODELS.get(`churn@${name}`, "arrayBuffer"),
});

const models = createRollout({
  models: [version("1"), version("2")],
  aliases: { champion: "churn@1", challenger: "churn@2" },
  canary: { model: "challenger", percent: 10 },
});

const authorize = limited(apiKeys(JSON.parse(env.KEYS)), durableLimiter(env.LIMITS, { perMinute: 600 }));

export default { fetch: createHandler({ models, authorize, identify: true }) };
