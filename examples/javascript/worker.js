/**
 * Scores and explains over HTTP in Cloudflare Workers: `POST /v1/score` and `POST /v1/explain`
 * take a record, `GET /v1/schema` says which fields it has. wrangler.toml makes the model a data module.
 */

import { createHandler } from "tenure/edge";
import artifact from "./model.safetensors";

export default { fetch: createHandler({ artifact }) };
