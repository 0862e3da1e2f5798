import { launch, outputOf } from "./chromium.js";
import { serve } from "./static.js";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
const [folder, csp, ...pages] = process.argv.slice(2);
const { headers } = { headers: csp === "-" ? {} : { "content-security-policy": csp } };
const server = await serve(folder, () => headers);
const browser = await launch(["--enable-unsafe-webgpu","--use-webgpu-adapter=swiftshader"]);
for (const p of pages) {
  const name = p.replace(/\W/g, "_") + ".html";
  if (!p.endsWith(".html")) writeFileSync(join(folder, name), `<!doctype html><output></output><script type="module" src="${p}"></script>`);
  try { const r = await outputOf(browser, `${server.origin}/${p.endsWith(".html") ? p : name}`); console.log(folder.split("/").at(-1), p, "→", r.output, r.messages.filter(m => !/favicon|404/.test(m)).join("|")); } catch (e) { console.log(p, "FAIL", e.message); }
}
await browser.close(); server.close();
