/** Puts the project's licences into the package before npm packs it; they are written down once, at the root. */

import { copyFileSync, readdirSync } from "node:fs";

const root = new URL("../../", import.meta.url);
for (const name of readdirSync(root)) {
  if (name.startsWith("LICENSE")) copyFileSync(new URL(name, root), new URL(`../${name}`, import.meta.url));
}
