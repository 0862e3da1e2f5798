/**
 * Scores and explains over HTTP in Cloudflare Workers: `POST /score` and `POST /explain` take a
 * record, `GET /schema` says which fields it has. wrangler.toml makes the model a data module.
 */

import { createHandler } from "tenure/edge";
import artifact from "./model.safetensors";

export default { fetch: createHandler({ artifact }) };
