/** Copies the licences from the root into the package, before npm packs it. */

import { copyFileSync, readdirSync } from "node:fs";

const root = new URL("../../", import.meta.url);
for (const name of readdirSync(root)) {
  if (name.startsWith("LICENSE")) copyFileSync(new URL(name, root), new URL(`../${name}`, import.meta.url));
}
