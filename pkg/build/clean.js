/** Removes `dist`, so that files without a source do not ship. */

import { rmSync } from "node:fs";

rmSync(new URL("../dist", import.meta.url), { recursive: true, force: true });
