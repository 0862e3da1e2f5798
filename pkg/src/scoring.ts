/** `load` with the module that scores and explains, which everyone downloads. */

import { Engine, initSync } from "../wasm/tenure.js";
import { type Load, loader as loaderOf, type Platform } from "./load.js";
import { Scorer } from "./scorer.js";

/** Makes `load` for a platform. */
export const loader = (platform: Platform): Load => loaderOf({ name: "tenure", Engine, initSync, Scorer }, platform);
