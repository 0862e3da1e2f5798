import { installedApp, readmeExample } from "./pack.js";
import { writeFileSync, mkdirSync, rmSync, existsSync, cpSync } from "node:fs";
import { join } from "node:path";
const within = new URL(process.argv[2] + "/", import.meta.url).pathname;
const app = installedApp({ within, models: ["dist/model.safetensors", "model.safetensors"], files: {
 "page.js": readmeExample("page.js"),
 "pool-page.js": `import { createPool } from "tenure/pool";
try {
const pool = await createPool("/model.safetensors", {size: 2});
const record = Object.fromEntries(pool.schema.fields.map(({ name }) => [name, null]));
document.querySelector("output").value = (await pool.score(record)).probability.toFixed(3);
} catch (e) { document.querySelector("output").value = String(e); }
`,
 "gpu-page.js": `import { load } from "tenure"; import { gpu } from "tenure/gpu";
const scorer = await load("/model.safetensors", { device: "webgpu", gpu });
const record = Object.fromEntries(scorer.schema.fields.map(({ name }) => [name, null]));
const {device, reason} = await scorer.scoreManyAsync([record]);
document.querySelector("output").value = JSON.stringify({device, reason, gpu});
`} });
console.log(app.folder);
