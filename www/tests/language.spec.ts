/** The whole page in each language, and from right to left. */
import { readdirSync, readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { english } from "../src/text/english";
import { german } from "../src/text/german";
import { choose, expect, grid, line, open, openCustomer, panel, row, table, test } from "./page";

const folder = new URL("../src/components/", import.meta.url);
const sources = readdirSync(folder).map((name) => ({ name, text: readFileSync(new URL(name, folder), "utf8") }));

/** Every path of a table of texts, with the kind of its value. */
function shape(table: object, path = ""): string[] {
  return Object.entries(table).flatMap(([key, value]: [string, unknown]) =>
    typeof value === "object" ? shape(value as object, `${path}${key}.`) : [`${path}${key}: ${typeof value}`],
  );
}

/** The parts of the `html` templates of a source that are not code, joined with spaces. */
function markup(source: string): string {
  let found = "";
  const skipCode = (from: number): number => {
    for (let at = from; at < source.length; at++) {
      if (source[at] === "}") return at + 1;
      else if (source[at] === "{") at = skipCode(at + 1) - 1;
      else if (source[at] === "`") at = skipTemplate(at + 1, source.slice(at - 4, at) === "html") - 1;
      else if (source[at] === '"') at = source.indexOf('"', at + 1);
    }
    return source.length;
  };
  const skipTemplate = (from: number, isMarkup: boolean): number => {
    for (let at = from; at < source.length; at++) {
      if (source[at] === "`") return at + 1;
      if (source[at] === "\\") at += 1;
      else if (source.startsWith("${", at)) {
        at = skipCode(at + 2) - 1;
        if (isMarkup) found += "\ufffc";
      } else if (isMarkup) found += source[at];
    }
    return source.length;
  };
  for (let at = source.indexOf("html`"); at >= 0; ) at = source.indexOf("html`", skipTemplate(at + 5, true));
  return found;
}

/** What a person would read in the markup without any texts: words between tags, and in some attributes. */
function literals(source: string): string[] {
  const text = markup(source);
  const attributes = [...text.matchAll(/(?:aria-label|title|placeholder|alt)="([^"]*)"/g)].map((match) => match[1]!);
  const words = text.replace(/<[^>]*>/g, " ").split(/[\s\ufffc]+/);
  return [...attributes, ...words].filter((word) => /\p{L}{2}/u.test(word));
}

test("the check of literal texts finds them", () => {
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: these are sources with templates
  expect(literals('html`<p title="Close it">Drop a file ${x ? html`<b>now</b>` : ""}</p>`')).toEqual([
    "Close it",
    "Drop",
    "file",
    "now",
  ]);
  expect(literals('const css = `a b`; html`<p class="a b" title=${t.close}>${t.text} – ${"a b"}</p>`')).toEqual([]);
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: these are sources with templates
});

test("no component has a text of its own", () => {
  for (const { name, text } of sources) {
    // The brand and SHAP's signs are the same in every language.
    expect(
      literals(text).filter((word) => word !== "Tenure"),
      name,
    ).toEqual([]);
    // A string that begins like a sentence is a text; names of keys are none.
    const code = text.replace(/^import[^;]*;/gm, "").replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
    const strings = [...code.matchAll(/"([A-Z][a-z]+(?: [^"]*)?)"/g)].map((match) => match[1]!);
    const keys = ["Escape", "Enter", "Files"];
    expect(
      strings.filter((string) => !keys.includes(string)),
      name,
    ).toEqual([]);
  }
});

test("the languages have the same texts, all of them in use", () => {
  expect(shape(german)).toEqual(shape(english));
  const used = sources.map(({ text }) => text).join("\n");
  const others = [
    "drift/cells.ts",
    "text/card.ts",
    "text/fields.ts",
    "text/texts.ts",
    "workspace/workspace.ts",
    "workspace/model.ts",
  ]
    .map((path) => readFileSync(new URL(`../${path}`, folder), "utf8"))
    .join("\n");
  const unused = Object.keys(english).filter((key) => !new RegExp(`\\b${key}\\b`).test(used + others));
  expect(unused).toEqual([]);
});

/** All that a person reads or hears in the page: text and labels, through shadow trees. */
function everything(page: Page): Promise<string> {
  return page.evaluate(() => {
    const read = (node: Node): string => {
      if (node instanceof Text) return `${node.data} `;
      if (!(node instanceof Element || node instanceof ShadowRoot)) return "";
      if (
        node instanceof Element &&
        (/^(STYLE|SCRIPT|NOSCRIPT)$/.test(node.tagName) || node.getAttribute("lang") === "en")
      )
        return "";
      const own =
        node instanceof Element
          ? ["aria-label", "title", "placeholder"].map((name) => node.getAttribute(name) ?? "").join(" ")
          : "";
      const shadow = node instanceof Element && node.shadowRoot ? read(node.shadowRoot) : "";
      return `${own} ${shadow}${[...node.childNodes].map(read).join("")}`;
    };
    return read(document.body);
  });
}

const ENGLISH = /\b(the|and|with|of|customers?|scored|table|show|close|open|probability|lines?|not)\b/gi;

test("the language switch drives the whole page", async ({ page }) => {
  await open(page);
  await page.getByLabel("Language").selectOption("de");
  await expect(page.locator("html")).toHaveAttribute("lang", "de");
  await expect(page).toHaveTitle("Tenure: wer wahrscheinlich geht, und warum");
  const expectGerman = async (what: string) => {
    // Names and values of the table, and words of the policy, stay as they are.
    const text = (await everything(page)).replace(
      /customers\.csv|Multiple lines|No internet service|No phone service|Bank transfer \(automatic\)|Credit card \(automatic\)|A year's contract with one month free|A technician checks the line/g,
      "",
    );
    expect(text.match(ENGLISH) ?? [], what).toEqual([]);
  };
  await expectGerman("start");
  await choose(page, "a,b\n1,2\n");
  await expect(page.getByRole("alert")).toContainText("ist keine Tabelle für dieses Modell");
  await expectGerman("an unusable file");
  const rows = Array.from({ length: 60 }, (_, index) => line(index, index % 3 === 0 ? { Contract: "Handschlag" } : {}));
  await choose(page, table([...rows, line(61, { tenure: "abc" }), `${line(62)},x`]));
  await expect(row(page, 0)).toBeVisible();
  await expect(page.getByRole("region", { name: "Anders als im Training" })).toContainText("Handschlag");
  await expectGerman("table");
  await page.getByRole("button", { name: /2 Zeilen nicht bewertet/ }).click();
  await expect(page.getByRole("complementary", { name: "Probleme" })).toContainText("hat keinen gültigen Wert");
  await page.getByRole("button", { name: "Probleme schließen" }).click();
  await openCustomer(page, 0);
  await expect(panel(page).getByRole("heading", { name: "Woher dieser Wert kommt" })).toBeVisible();
  await page.getByRole("button", { name: "Kunden schließen" }).click();
  await page.getByRole("button", { name: "Treiber", exact: true }).click();
  await expect(page.locator("drivers-panel li").first()).toBeVisible();
  await expectGerman("drivers");
  await page.getByRole("button", { name: "Treiber schließen" }).click();
  await page.getByRole("button", { name: "Wen anrufen" }).click();
  await expect(page.locator("plan-panel .why").first()).toContainText("Prozentpunkte");
  await expectGerman("plan");
  await page.getByRole("button", { name: "Regeln bearbeiten" }).click();
  await page.getByLabel("Kosten eines Kontakts").fill("-1");
  await expect(page.locator("policy-panel .problem")).toBeVisible();
  await expectGerman("policy");
  await page.getByRole("button", { name: "Zurück zur Liste" }).click();
  await page.getByRole("button", { name: "Plan schließen" }).click();
  await page.getByTitle("Über dieses Modell").click();
  await expectGerman("model");
  await page.keyboard.press("Escape");
  // Numbers follow, and back in English everything is as before.
  await expect(row(page, 0)).toContainText(/\d,\d\s?%/);
  await page.getByLabel("Sprache").selectOption("en");
  await expect(row(page, 0)).toContainText(/\d\.\d%/);
  await expect(page.getByRole("region", { name: "Not as in training" })).toBeVisible();
});

/** Elements that reach out of the window or cut off their own text, as tag and class. */
function overflows(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const visit = (root: Document | ShadowRoot) => {
      for (const element of root.querySelectorAll("*")) {
        if (element.shadowRoot) visit(element.shadowRoot);
        const { left, right, width, height } = element.getBoundingClientRect();
        const isHidden = width < 2 || height < 2 || getComputedStyle(element).clipPath === "inset(50%)";
        if (isHidden || element.closest(".visually-hidden, [hidden], option, optgroup")) continue;
        if (left < -1 || right > innerWidth + 1) found.push(`${element.localName}.${element.className}`);
      }
    };
    visit(document);
    return found;
  });
}

for (const width of [1280, 390]) {
  test(`from right to left nothing overflows, ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ reducedMotion: "reduce" });
    await open(page);
    await page.evaluate(() => {
      document.documentElement.dir = "rtl";
    });
    expect(await overflows(page), "start").toEqual([]);
    await page.getByRole("button", { name: "Use the sample table" }).click();
    await expect(row(page, 0)).toBeVisible();
    expect(await overflows(page), "table").toEqual([]);
    // Mirrored: the rank stands on the right, and bars grow from the right.
    const rank = (await row(page, 0).locator(".rank").boundingBox())!;
    const name = (await row(page, 0).locator(".customer").boundingBox())!;
    expect(rank.x).toBeGreaterThan(name.x);
    await openCustomer(page, 0);
    expect(await overflows(page), "customer").toEqual([]);
    await page.keyboard.press("Escape");
    await expect(grid(page)).toBeFocused();
    await page.getByRole("button", { name: "Drivers" }).click();
    await page.locator("drivers-panel li button").first().click();
    await expect(page.locator("dependence-plot")).toBeVisible();
    expect(await overflows(page), "drivers").toEqual([]);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Who to call" }).click();
    await expect(page.locator("plan-panel tbody tr").first()).toBeVisible();
    expect(await overflows(page), "plan").toEqual([]);
    await page.getByRole("button", { name: "Edit the policy" }).click();
    await expect(page.locator("policy-panel")).toBeVisible();
    expect(await overflows(page), "policy").toEqual([]);
  });
}

test("no style of the page names left or right", () => {
  const css = [
    ...sources,
    ...["page.ts", "panel.ts", "share-bar.ts", "document.css"].map((name) => ({
      name,
      text: readFileSync(new URL(`../styles/${name}`, folder), "utf8"),
    })),
  ];
  for (const { name, text } of css) {
    // Where the page runs from right to left, its own languages still do not.
    const rules = text.replace(/[^{}]*:dir\(rtl\)[^{}]*\{[^}]*\}/g, "");
    const physical = rules.match(
      /^\s*(?:(?:margin|padding|border)-(?:left|right)|left|right)\s*:|text-align: (?:left|right)/gm,
    );
    expect(physical ?? [], name).toEqual([]);
  }
});
