import { launch, outputOf } from "./chromium.js";
const b = await launch(); try { console.log(await outputOf(b, process.argv[2])); } catch (e) { console.log(e.message) } await b.close();
