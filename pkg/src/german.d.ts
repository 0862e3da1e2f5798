/** The core's German messages. `build/bundle.js` writes the module from `src/sentence/german.json`. */

import type { Messages } from "./locale.js";

export declare const german: Messages;
