/**
 * The elements of the packed package in Chromium: the pages of examples/elements, and pages that
 * try what goes wrong.
 */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { load } from "tenure";
import { load as loadDecider } from "tenure/decide";
import { artifactPath } from "../../pkg/tests/artifact.js";
import { launch } from "./chromium.js";
import { installedApp, readmeExample } from "./pack.js";
import { serve } from "./static.js";

const EXAMPLES = fileURLToPath(new URL("../../examples/elements/", import.meta.url));
const CUSTOMER = readFileSync(new URL("../../examples/javascript/customer.json", import.meta.url), "utf8");
const require = createRequire(new URL("../../www/package.json", import.meta.url));
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const SHARED = ["node_modules", "package.json", "package-lock.json"];

const customer = JSON.parse(CUSTOMER);
const scorer = await load(artifactPath());
const decider = await loadDecider(artifactPath());
const score = scorer.score(customer);
const percent = (share, locale = "en-US") =>
  new Intl.NumberFormat(locale, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(share);

/** A page with the elements from `dist`, without a bundler, and a script. */
const page = (body, script = "", head = "") => `<!doctype html>
  <html lang="en"><head><meta charset="utf-8"><title>elements</title>${head}
  <script type="importmap">{ "imports": { "tenure": "/node_modules/tenure/dist/index.js" } }</script>
  <script type="module">
    import * as elements from "/node_modules/tenure/dist/elements-with-lit.js";
    globalThis.elements = elements;
    globalThis.customer = ${CUSTOMER};
    globalThis.seen = [];
    for (const name of ["tenure-scored", "tenure-change", "tenure-error"])
      document.addEventListener(name, (event) => seen.push({ name, from: event.target.localName, ...event.detail, code: event.detail.error?.code }));
    globalThis.all = [...document.querySelectorAll("tenure-score, tenure-reasons, tenure-what-if")];
    ${script}
  </script></head><body><main><h1>Customers</h1><h2>One</h2>${body}</main></body></html>`;
/** A page whose elements have one scorer of `tenure/decide`. */
const deciding = (lang) =>
  page(
    ["score", "reasons", "actions"].map((name) => `<tenure-${name}></tenure-${name}>`).join(""),
    `import { load } from "/node_modules/tenure/dist/decide.js";
    import { german } from "/node_modules/tenure/dist/german.js";
    document.addEventListener("tenure-decided", ({ detail }) => seen.push(detail.decision));
    const scorer = await load("/public/model.safetensors", ${lang === "de" ? "{ locale: german }" : "{}"});
    for (const element of document.querySelectorAll("tenure-score, tenure-reasons, tenure-actions"))
      Object.assign(element, { scorer, record: { ...customer, customerID: "1" } });`,
    '<meta name="color-scheme" content="light dark">',
  ).replace('lang="en"', `lang="${lang}"`);
const three = (model = "/public/model.safetensors") =>
  ["score", "reasons", "what-if"].map((name) => `<tenure-${name} model="${model}"></tenure-${name}>`).join("");

let app;
let browser;
let server;

before(async () => {
  const files = Object.fromEntries(
    readdirSync(EXAMPLES, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.parentPath.includes("node_modules"))
      .map((entry) => join(entry.parentPath, entry.name).slice(EXAMPLES.length))
      .filter((name) => !SHARED.includes(name) && !name.startsWith("public"))
      .map((name) => [name, readFileSync(join(EXAMPLES, name), "utf8")]),
  );
  app = installedApp({
    files: {
      ...files,
      "public/customer.json": CUSTOMER,
      "three.html": page(three(), "for (const element of all) element.record = customer;"),
      // The README's components, each in a page of its own.
      "readme.config.js": `import config from "./vite.config.js";
        for (const name of ["react", "vue"])
          config.build.rolldownOptions.input["readme-" + name] = import.meta.dirname + "/readme-" + name + "/index.html";
        export default config;`,
      "readme-react/index.html": files["react/index.html"],
      "readme-react/Customer.jsx": readmeExample("Customer.jsx"),
      "readme-react/main.jsx": `import { createRoot } from "react-dom/client";
        import { Customer } from "./Customer.jsx";
        createRoot(document.getElementById("app")).render(<main><Customer customer={${CUSTOMER}} /></main>);`,
      "readme-vue/index.html": files["vue/index.html"],
      "readme-vue/Customer.vue": readmeExample("Customer.vue"),
      "readme-vue/main.js": `import { createApp } from "vue";
        import Customer from "./Customer.vue";
        createApp(Customer, { customer: ${CUSTOMER} }).mount("#app");`,
      "readme.html": readmeExample("customer.html"),
      "actions.html": deciding("en"),
      "actions-de.html": deciding("de"),
      "plain-actions.html": page(
        '<tenure-actions model="/public/model.safetensors"></tenure-actions>',
        'document.querySelector("tenure-actions").record = customer;',
      ),
      "mapped-actions.html": page(
        `<tenure-actions model="/public/model.safetensors" identifier="1"></tenure-actions>${three()}`,
        'for (const element of [...all, document.querySelector("tenure-actions")]) element.record = customer;',
      ).replace("dist/index.js", "dist/decide.js"),
      "bad.html": page(three("/absent.safetensors"), "for (const element of all) element.record = customer;"),
      "attribute.html": page(`<tenure-score model="/public/model.safetensors" record='${CUSTOMER}'></tenure-score>`),
    },
    models: ["public/model.safetensors", "model.safetensors"],
  });
  cpSync(join(EXAMPLES, "node_modules"), join(app.folder, "node_modules"), { recursive: true, verbatimSymlinks: true });
  execFileSync(
    process.execPath,
    ["node_modules/vite/bin/vite.js", "build", "--config", "readme.config.js", "--logLevel", "error"],
    {
      cwd: app.folder,
      stdio: ["ignore", "ignore", "inherit"],
    },
  );
  browser = await launch();
  server = await serve(app.folder);
});
after(async () => {
  server?.close();
  await browser?.close();
  app?.remove();
});

/** Opens a page and collects what the console says. */
async function open(context, path, options = {}) {
  const tab = await browser.newPage({ locale: "en-US", reducedMotion: "reduce", ...options });
  context.after(() => tab.close());
  tab.faults = [];
  tab.on("console", (message) => {
    if (message.type() === "error" && !message.text().includes("404")) tab.faults.push(message.text());
  });
  tab.on("pageerror", (error) => tab.faults.push(String(error.stack)));
  await tab.goto(server.origin + path);
  return tab;
}

const explained = (tab) => tab.locator("tenure-waterfall .foot").waitFor();
const cards = (tab) => tab.locator("tenure-cards button").first().waitFor();
const shown = (tab) => tab.locator("tenure-score output").textContent();

async function violations(tab) {
  await tab.evaluate(AXE);
  return tab.evaluate(async () => {
    // axe takes a page without a background for a white one, also in the dark.
    document.body.style.background = "Canvas";
    const runOnly = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const { violations } = await axe.run(document, { runOnly });
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ failureSummary, html }) => html + failureSummary)}`,
    );
  });
}

for (const [name, path] of [
  ["plain HTML", "/html/index.html"],
  ["React", "/dist/react/index.html"],
  ["Vue", "/dist/vue/index.html"],
  ["the README's React", "/dist/readme-react/index.html"],
  ["the README's Vue", "/dist/readme-vue/index.html"],
]) {
  test(`${name}: the score, its reasons, and both follow a change`, async (context) => {
    const tab = await open(context, path);
    await explained(tab);
    assert.equal(await shown(tab), percent(score.probability));
    assert.equal(await tab.locator("tenure-score s").count(), 0);
    const first = tab.locator("tenure-reasons ol[part=sentences] li").first();
    assert.ok((await first.textContent()).includes(scorer.explain(customer).contributions[0].sentence));
    const changed = { ...customer, Contract: "Two year" };
    await tab.locator("tenure-what-if").getByLabel("Contract").selectOption("Two year");
    await tab.locator("tenure-waterfall li.changed").filter({ hasText: "Two year" }).waitFor();
    assert.equal(await shown(tab), percent(scorer.score(changed).probability));
    await tab.getByRole("button", { name: "Reset 1 change" }).click();
    await tab.locator("tenure-waterfall li.changed").waitFor({ state: "detached" });
    assert.equal(await shown(tab), percent(score.probability));
    assert.deepEqual(tab.faults, []);
  });
}

test("a record page: a closed shadow root, the page's language, a scorer that is given", async (context) => {
  const tab = await open(context, "/dist/record-page/index.html", { locale: "de-DE" });
  const session = await tab.context().newCDPSession(tab);
  const texts = async () => {
    const { nodes } = await session.send("Accessibility.getFullAXTree");
    return nodes.map(({ name }) => name?.value ?? "").join("\n");
  };
  const end = Date.now() + 10_000;
  while (!(await texts()).includes("Abwanderungsrisiko") && Date.now() < end) await tab.waitForTimeout(50);
  const text = await texts();
  assert.ok(text.includes(percent(score.probability, "de-DE")), text);
  assert.match(text, /erhöht das Abwanderungsrisiko|risk of leaving/);
  assert.deepEqual(tab.faults, []);
});

test("the README's page shows the score", async (context) => {
  const tab = await open(context, "/readme.html");
  await explained(tab);
  assert.equal(await shown(tab), percent(score.probability));
});

test("the record can be an attribute, as JSON", async (context) => {
  const tab = await open(context, "/attribute.html");
  await tab.locator("output").waitFor();
  assert.equal(await shown(tab), percent(score.probability));
});

test("elements of one model load it once, share a scorer and a worker, and free them together", async (context) => {
  const tab = await browser.newPage();
  context.after(() => tab.close());
  const requests = [];
  tab.on("request", (request) => requests.push(new URL(request.url()).pathname));
  await tab.goto(`${server.origin}/three.html`);
  await explained(tab);
  await cards(tab);
  assert.equal(requests.filter((path) => path.endsWith("model.safetensors")).length, 1);
  assert.equal(tab.workers().length, 1);
  const moved = await tab.evaluate(async () => {
    const { acquire, release } = elements;
    const first = acquire("/public/model.safetensors", "en");
    const shared = first === acquire(new URL("/public/model.safetensors", location.href), "en");
    release(first);
    release(first);
    const { scorer } = first;
    const [score] = all;
    score.parentElement.append(score); // moved, not removed
    await new Promise((done) => setTimeout(done, 50));
    const lives = first.scorer === scorer;
    for (const element of all) element.remove();
    await new Promise((done) => setTimeout(done, 50));
    let code;
    try {
      scorer.score(customer);
    } catch (error) {
      code = error.code;
    }
    return { shared, lives, freed: first.scorer === undefined, code };
  });
  assert.deepEqual(moved, { shared: true, lives: true, freed: true, code: "disposed" });
  await tab.waitForTimeout(100);
  assert.equal(tab.workers().length, 0);
});

test("a new object with the same values changes nothing, and keeps what the reader tries", async (context) => {
  const tab = await open(context, "/three.html");
  await explained(tab);
  const contract = tab.locator("tenure-what-if").getByLabel("Contract", { exact: true });
  await contract.selectOption("One year");
  const events = await tab.evaluate(async () => {
    seen.length = 0;
    for (const element of all) element.record = { ...customer, unread: Math.random() };
    await Promise.all(all.map(({ updateComplete }) => updateComplete));
    await new Promise((done) => setTimeout(done, 100));
    return seen.filter(({ name }) => name === "tenure-scored").length;
  });
  assert.equal(events, 0);
  assert.equal(await contract.inputValue(), "One year");
});

test("events bubble out with what they are about", async (context) => {
  const tab = await open(context, "/three.html");
  await explained(tab);
  await tab.locator("tenure-what-if").getByLabel("Contract").selectOption("One year");
  const seen = await tab.evaluate(async () => {
    await new Promise((done) => setTimeout(done, 50));
    return seen.map(({ name, from, score, explanation, changes }) => ({
      name,
      from,
      probability: score?.probability,
      reasons: explanation?.contributions.length,
      changes,
    }));
  });
  const changed = scorer.score({ ...customer, Contract: "One year" }).probability;
  const { probability } = score;
  const expected = [
    { name: "tenure-scored", from: "tenure-score", probability },
    { name: "tenure-scored", from: "tenure-what-if", probability },
    { name: "tenure-scored", from: "tenure-reasons", probability, reasons: scorer.schema.fields.length },
    { name: "tenure-change", from: "tenure-what-if", probability: changed, changes: { Contract: "One year" } },
  ];
  const key = ({ name, from }) => `${name} ${from}`;
  const byKey = (list) => Object.fromEntries(list.map((event) => [key(event), JSON.parse(JSON.stringify(event))]));
  assert.deepEqual(byKey(seen), byKey(expected));
});

test("a bad record is an error with its code, in words, and no figure stays", async (context) => {
  const tab = await open(context, "/three.html");
  await explained(tab);
  await tab.evaluate(() => {
    seen.length = 0;
    for (const element of all) element.record = { ...customer, tenure: -1, Contract: undefined };
  });
  const error = tab.locator("tenure-score [part=error]");
  await error.waitFor();
  assert.match(await error.textContent(), /Not scored: 2 fields need a valid value\.\s+record_invalid/);
  assert.match(await error.textContent(), /Tenure must be .* \(got -1\)/);
  assert.equal(await tab.locator("output, tenure-waterfall, tenure-cards").count(), 0);
  const codes = await tab.evaluate(() => seen.map(({ name, from, code }) => `${name} ${from} ${code}`).sort());
  assert.deepEqual(
    codes,
    ["reasons", "score", "what-if"].map((name) => `tenure-error tenure-${name} record_invalid`),
  );
  // The form has the wrong fields first, and the score comes back once they are right.
  const form = tab.locator("tenure-what-if");
  await form.getByLabel("Tenure").fill("2");
  await form.getByLabel("Contract").selectOption("Month-to-month");
  await form.locator("output").waitFor();
  assert.equal(await form.locator("output").textContent(), percent(score.probability));
  // A text is no record.
  await tab.evaluate(() => {
    all[0].setAttribute("record", "{");
  });
  await tab.locator("tenure-score [part=code]").filter({ hasText: "argument_invalid" }).waitFor();
  assert.deepEqual(tab.faults, []);
});

test("a model that cannot be loaded is an error with its code, and another address heals it", async (context) => {
  const tab = await open(context, "/bad.html");
  const error = tab.locator("tenure-reasons [part=error]");
  await error.waitFor();
  assert.match(await error.textContent(), /The model cannot be loaded\.\s+fetch_failed[\s\S]*HTTP 404/);
  await tab.evaluate(() => {
    for (const element of all) element.model = "/public/model.safetensors";
  });
  await explained(tab);
  assert.equal(await shown(tab), percent(score.probability));
  await tab.evaluate(() => all[0].setAttribute("model", "/public/customer.json"));
  await tab
    .locator("tenure-score [part=code]")
    .filter({ hasText: /^artifact_/ })
    .waitFor();
  assert.deepEqual(tab.faults, []);
});

test("an answer for an earlier customer is dropped, and their figures disappear at once", async (context) => {
  const tab = await open(context, "/three.html");
  await explained(tab);
  const result = await tab.evaluate(async () => {
    const reasons = all[1];
    const shown = [];
    reasons.addEventListener("tenure-scored", ({ detail }) => shown.push(detail.record.tenure));
    for (const tenure of [60, 61, 62]) {
      reasons.record = { ...customer, tenure };
      await reasons.updateComplete;
      // Nothing of the customer before is left while the answer is on its way.
      if (reasons.shadowRoot.querySelector("tenure-waterfall")) throw new Error("figures of another customer");
    }
    while (shown.at(-1) !== 62) await new Promise((done) => setTimeout(done, 10));
    await new Promise((done) => setTimeout(done, 100));
    const text = reasons.shadowRoot.querySelector("tenure-waterfall").shadowRoot.textContent;
    // A changed state of the same customer keeps the last explanation until the next one comes.
    const own = reasons.record;
    reasons.baseline = own;
    await reasons.updateComplete;
    reasons.record = { ...own, Contract: "Two year" };
    await reasons.updateComplete;
    const isKept = reasons.shadowRoot.querySelector(".why[aria-busy=true] tenure-waterfall") !== null;
    return { shown, hasOwn: text.includes("62 months"), isKept };
  });
  assert.deepEqual(result, { shown: [62], hasOwn: true, isKept: true });
});

test("nothing moves while a page loads", async (context) => {
  const tab = await open(context, "/three.html");
  await explained(tab);
  await cards(tab);
  const shift = await tab.evaluate(async () => {
    const shifts = [];
    new PerformanceObserver((list) => shifts.push(...list.getEntries())).observe({
      type: "layout-shift",
      buffered: true,
    });
    await new Promise((done) => setTimeout(done, 100));
    return shifts.reduce((sum, { value }) => sum + value, 0);
  });
  // Core Web Vitals call up to 0.1 good.
  assert.ok(shift < 0.1, String(shift));
});

test("a policy without workers, and one without inline styles: explanations come in idle time", async (context) => {
  const strict = await serve(app.folder, () => ({
    "content-security-policy":
      "default-src 'none'; connect-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'none'; style-src 'self'; img-src 'self'",
  }));
  context.after(strict.close);
  const tab = await open(context, "/dist/react/index.html");
  tab.faults.length = 0;
  await tab.goto(`${strict.origin}/dist/react/index.html`);
  await explained(tab);
  await cards(tab);
  assert.equal(tab.workers().length, 0);
  assert.equal(await shown(tab), percent(score.probability));
  // The browser itself reports the worker that it refused, and nothing else.
  assert.deepEqual(
    tab.faults.filter((fault) => !/worker/i.test(fault)),
    [],
  );
});

for (const options of [{ colorScheme: "light" }, { colorScheme: "dark" }, { forcedColors: "active" }]) {
  test(`axe finds nothing: ${Object.entries(options)}`, async (context) => {
    const tab = await open(context, "/html/index.html", options);
    await explained(tab);
    await cards(tab);
    await tab.locator("tenure-what-if").getByLabel("Contract").selectOption("One year");
    await tab.locator("tenure-waterfall li.changed").waitFor();
    await tab.getByRole("button", { name: "Show interactions between fields" }).click();
    await tab.locator("tenure-interactions li").first().waitFor();
    assert.deepEqual(await violations(tab), []);
    await tab.evaluate(() => {
      for (const element of document.querySelectorAll("tenure-score, tenure-what-if")) element.record = {};
    });
    await tab.locator("tenure-score [part=error]").waitFor();
    assert.deepEqual(await violations(tab), []);
  });
}

test("forced colours keep bars and marks apart without a colour", async (context) => {
  const tab = await open(context, "/three.html", { forcedColors: "active" });
  await explained(tab);
  const styles = await tab.evaluate(() => {
    const chart = document.querySelector("tenure-reasons").shadowRoot.querySelector("tenure-waterfall").shadowRoot;
    const of = (selector) => {
      const { backgroundColor, backgroundImage } = getComputedStyle(chart.querySelector(selector));
      return { backgroundColor, isStriped: backgroundImage.includes("gradient") };
    };
    return { up: of(".up .bar"), down: of(".key .down i"), canvas: getComputedStyle(document.body).backgroundColor };
  });
  assert.equal(styles.up.isStriped, false);
  assert.notEqual(styles.up.backgroundColor, "rgba(0, 0, 0, 0)");
  assert.equal(styles.down.isStriped, true);
});

test("right to left: the scale and the waterfall are mirrored, texts and numbers are not", async (context) => {
  const tab = await open(context, "/three.html");
  await explained(tab);
  const at = () =>
    tab.evaluate(() => {
      const inside = (element, selector) => element.shadowRoot.querySelector(selector);
      const scale = inside(inside(document.querySelector("tenure-score"), "tenure-tier-scale"), ".scale");
      const box = scale.getBoundingClientRect();
      const needle = scale.querySelector(".needle").getBoundingClientRect();
      const number = inside(inside(document.querySelector("tenure-reasons"), "tenure-waterfall"), "li .number .words");
      return {
        share: (needle.x + needle.width / 2 - box.x) / box.width,
        direction: getComputedStyle(number).direction,
      };
    });
  const before = await at();
  assert.ok(Math.abs(before.share - score.probability) < 0.01, JSON.stringify(before));
  await tab.evaluate(() => document.documentElement.setAttribute("dir", "rtl"));
  const mirrored = await at();
  assert.ok(Math.abs(1 - mirrored.share - score.probability) < 0.01, JSON.stringify(mirrored));
  assert.equal(mirrored.direction, "ltr");
  assert.deepEqual(await violations(tab), []);
});

test("the language is the attribute's, or the page's, and follows it", async (context) => {
  const tab = await open(context, "/three.html");
  await explained(tab);
  await tab.evaluate(() => document.documentElement.setAttribute("lang", "de-AT"));
  await tab.getByText("Woher dieser Wert kommt").waitFor();
  await tab.locator("tenure-reasons li").filter({ hasText: "das Abwanderungsrisiko" }).first().waitFor();
  // What the reader tries stays in another language.
  const tried = tab.locator("tenure-what-if").getByLabel("Contract", { exact: true });
  await tried.selectOption("One year");
  await tab.evaluate(() => all[2].setAttribute("language", "en"));
  await tab.getByText("Reset 1 change").waitFor();
  assert.equal(await tried.inputValue(), "One year");
  await tab.evaluate(() => all[1].setAttribute("language", "en"));
  await tab.getByText("Why this score").waitFor();
  // The words of the schema are translated if the options do.
  await tab.evaluate(async () => {
    const { german } = await import("/node_modules/tenure/dist/german.js");
    all[2].options = { locale: { ...german, words: { Contract: "Vertrag", "One year": "ein Jahr" } } };
  });
  const contract = tab.locator("tenure-what-if").getByLabel("Vertrag", { exact: true });
  await contract.selectOption({ label: "ein Jahr" });
  assert.equal(await contract.inputValue(), "One year");
  await contract.selectOption("Two year");
});

test("everything works with the keyboard", async (context) => {
  const tab = await open(context, "/html/index.html");
  await explained(tab);
  await cards(tab);
  const reached = [];
  for (let step = 0; step < 24; step++) {
    await tab.keyboard.press("Tab");
    reached.push(
      await tab.evaluate(() => {
        let element = document.activeElement;
        while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
        return element?.id || element?.textContent.trim();
      }),
    );
  }
  for (const name of ["Show interactions between fields", "Try it", "Contract", "PaymentMethod"])
    assert.ok(reached.includes(name), `${name} of ${reached}`);
  const contract = tab.locator("tenure-what-if").getByLabel("Contract");
  await contract.focus();
  await tab.keyboard.press("ArrowDown");
  await tab.locator("tenure-score s").waitFor();
});

test("print shows the figures and drops what cannot be used on paper", async (context) => {
  const tab = await open(context, "/html/index.html");
  await explained(tab);
  await cards(tab);
  await tab.emulateMedia({ media: "print" });
  assert.equal(await tab.locator("tenure-form").isVisible(), false);
  assert.equal(await tab.locator("tenure-cards button").first().isVisible(), false);
  const adjust = await tab
    .locator("tenure-waterfall .bar")
    .first()
    .evaluate((bar) => getComputedStyle(bar).printColorAdjust);
  assert.equal(adjust, "exact");
});

test("a second copy of the package registers nothing again, and nothing is added to the page", async (context) => {
  const tab = await open(context, "/three.html");
  await explained(tab);
  const result = await tab.evaluate(async () => {
    const again = await import("/node_modules/tenure/dist/elements-with-lit.js?again");
    return {
      isSame: again.TenureScore === customElements.get("tenure-score"),
      sheets: document.styleSheets.length + document.adoptedStyleSheets.length,
      styles: document.querySelectorAll("style, link[rel=stylesheet]").length,
    };
  });
  assert.deepEqual(result, { isSame: false, sheets: 0, styles: 0 });
  assert.deepEqual(tab.faults, []);
});

const decided = (tab) => tab.locator("tenure-actions [part=refused], tenure-actions [part=offers]").first().waitFor();

test("the offers beside a customer, with reasons, and why others are not made; one module is loaded", async (context) => {
  const tab = await browser.newPage({ locale: "en-US" });
  context.after(() => tab.close());
  const modules = [];
  tab.on("request", (request) => request.url().endsWith(".wasm") && modules.push(request.url().split("/").at(-1)));
  await tab.goto(`${server.origin}/actions.html`);
  await decided(tab);
  await explained(tab);
  assert.deepEqual(modules, ["tenure_decide_bg.wasm"]);
  const expected = decider.decide({ ...customer, customerID: "1" });
  assert.equal(expected.holdout, false);
  assert.ok(expected.actions.length > 0 && expected.refused.length > 0);
  const offers = tab.locator("tenure-actions [part=offer]");
  assert.equal(await offers.count(), expected.actions.length);
  const [best] = expected.actions;
  const text = await offers.first().textContent();
  for (const part of [best.label, `expected profit ${best.expectedProfit.toFixed(2)}`, best.reason?.sentence ?? ""]) {
    assert.ok(text.includes(part), `${part}: ${text}`);
  }
  assert.equal(await tab.locator("tenure-actions [part=action]").textContent(), expected.action);
  await tab.locator("tenure-actions summary").click();
  const refused = tab.locator("tenure-actions [part=refused] li");
  assert.equal(await refused.count(), expected.refused.length);
  assert.ok((await refused.first().textContent()).includes(expected.refused[0].label));
  const [decision] = await tab.evaluate(() => seen.filter(({ actions }) => actions !== undefined));
  assert.deepEqual(decision, JSON.parse(JSON.stringify(expected)));
});

test("a customer who is held out gets no offer, and what is given beside the record counts", async (context) => {
  const tab = await open(context, "/actions.html");
  await decided(tab);
  const held = Array.from({ length: 100 }, (_, at) => String(at)).find(
    (identifier) => decider.decide(customer, { identifier, reasons: 0 }).holdout,
  );
  await tab.evaluate((identifier) => {
    document.querySelector("tenure-actions").identifier = identifier;
  }, held);
  await tab.locator("tenure-actions [part=holdout]").filter({ hasText: "Held out" }).waitFor();
  assert.equal(await tab.locator("tenure-actions [part=offer]").count(), 0);
  await tab.evaluate(() => {
    const element = document.querySelector("tenure-actions");
    element.identifier = null;
    element.record = { ...customer, customerID: undefined };
    element.setAttribute("days-since-offer", "0");
  });
  await tab.locator("tenure-actions [part=holdout]").filter({ hasText: "not known" }).waitFor();
  const { actions } = decider.decide({ ...customer, customerID: undefined }, { daysSinceOffer: 0 });
  assert.equal(await tab.locator("tenure-actions [part=offer]").count(), actions.length);
  assert.deepEqual(tab.faults, []);
});

test("offers pass axe in German, in the dark, in forced colours and from right to left", async (context) => {
  for (const [path, options] of [
    ["/actions.html", {}],
    ["/actions-de.html", { colorScheme: "dark" }],
    ["/actions.html", { forcedColors: "active" }],
  ]) {
    const tab = await open(context, path, options);
    await decided(tab);
    await explained(tab);
    await tab.locator("tenure-actions summary").click();
    assert.deepEqual(await violations(tab), [], path);
    await tab.evaluate(() => document.documentElement.setAttribute("dir", "rtl"));
    assert.deepEqual(await violations(tab), [], path);
    const { text, direction, start } = await tab.locator("tenure-actions").evaluate(({ shadowRoot }) => {
      const name = shadowRoot.querySelector("[part=offer-name]");
      const [inner, outer] = [name, name.closest("li")].map((element) => element.getBoundingClientRect());
      const start = outer.right - inner.right < inner.left - outer.left;
      return { text: shadowRoot.textContent, direction: getComputedStyle(name).direction, start };
    });
    assert.equal(start, true, "the name of an offer stands at the right");
    if (path.includes("-de")) assert.match(text, /erwarteter Gewinn[\s\S]*Abwanderungsrisiko/);
    assert.equal(direction, "ltr");
    assert.deepEqual(tab.faults, []);
  }
});

test("the plain module cannot decide, and a page that maps the name to the other can", async (context) => {
  const tab = await open(context, "/plain-actions.html");
  const error = tab.locator("tenure-actions [part=error]");
  await error.waitFor();
  assert.match(await error.textContent(), /argument_invalid[\s\S]*tenure\/decide/);
  const mapped = await open(context, "/mapped-actions.html");
  await decided(mapped);
  await explained(mapped);
  assert.deepEqual(mapped.faults, []);
});
