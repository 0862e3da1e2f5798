/**
 * The page under test. In every test, no request may leave the server's origin, and nothing may
 * break the security policy or write an error to the console. Tables are made from the sample of
 * the demo.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, type Locator, type Page, test as plain } from "@playwright/test";

const read = (path: string) => {
  try {
    return readFileSync(new URL(path, import.meta.url));
  } catch {
    throw new Error(
      `${path} does not exist. Run \`cargo xtask demo --no-serve\` to make the demo model and the sample.`,
    );
  }
};
export const model = read("../public/demo/model.safetensors");
/** A model for the same columns whose card says nothing. */
export const modelWithoutCard = read("../../tests/artifacts/v1.safetensors");
export const sample = read("../public/demo/sample.csv").toString("utf8");
export const [header, ...lines] = sample.trimEnd().split(/\r?\n/) as [string, ...string[]];
export const columns = header.split(",");

/** A line of the sample with some cells replaced. The sample has no quoted cells. */
export function line(index: number, cells: Record<string, string> = {}): string {
  const values = lines[index % lines.length]!.split(",");
  for (const [column, value] of Object.entries(cells)) {
    if (!columns.includes(column)) throw new Error(`the sample has no column ${column}`);
    values[columns.indexOf(column)] = value;
  }
  return values.join(",");
}

export function table(rows: string[]): string {
  return [header, ...rows, ""].join("\n");
}

export const test = plain.extend<{ faults: string[] }>({
  /** Faults so far. A test that provokes a fault removes it. */
  faults: [
    async ({ context, baseURL }, use) => {
      const faults: string[] = [];
      context.on("request", (request) => {
        const url = request.url();
        if (!url.startsWith(baseURL!) && !url.startsWith("blob:"))
          faults.push(`a request left: ${request.method()} ${url}`);
      });
      context.on("console", (message) => {
        // The browser itself reports a missing file; tests of that look at the page's own message.
        if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
          faults.push(message.text());
      });
      context.on("weberror", (error) => faults.push(String(error.error().stack)));
      await use(faults);
      expect(faults).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

export async function open(page: Page): Promise<void> {
  await page.goto("./");
  await expect(page.getByRole("button", { name: /^(Choose a table|Tabelle auswählen)$/ })).toBeEnabled();
}

export async function choose(page: Page, text: string, name = "customers.csv"): Promise<void> {
  await page
    .getByLabel(/^(Customer table|Kundentabelle)$/)
    .setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.from(text) });
}

/** Drops a file on the page. The file is made in the page. */
export async function drop(page: Page, text: string, name = "customers.csv"): Promise<void> {
  await page.evaluate(
    ([text, name]) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([text!], name!, { type: "text/csv" }));
      const target = document.querySelector("tenure-app")!;
      for (const type of ["dragenter", "dragover", "drop"]) {
        target.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true, composed: true }));
      }
    },
    [text, name],
  );
}

export const grid = (page: Page): Locator => page.getByRole("grid");
export const row = (page: Page, place: number): Locator => page.locator(`#place-${place}`);
export const panel = (page: Page): Locator => page.getByRole("complementary", { name: /^(Customer|Kunde)$/ });
/** The input of a field of the schema, found by name. */
export const field = (page: Page, name: string): Locator => panel(page).locator(`[id="${name}"]`);
export const probability = (page: Page): Locator => panel(page).getByLabel("Probability of leaving");

/** "83.1%" as .831. */
export function share(text: string | null): number {
  const match = /([\d.]+)\s*%/.exec(text ?? "");
  if (!match) throw new Error(`no percentage in ${JSON.stringify(text)}`);
  return Number(match[1]) / 100;
}

export async function openSample(page: Page): Promise<void> {
  await open(page);
  await page.getByRole("button", { name: /^(Use the sample table|Beispieltabelle verwenden)$/ }).click();
  await expect(row(page, 0)).toBeVisible();
}

export async function openCustomer(page: Page, place: number): Promise<void> {
  await row(page, place).click();
  await expect(panel(page).locator("tenure-waterfall .foot")).toBeVisible();
}

/** Gives the open customer another contract. */
export async function changeContract(page: Page): Promise<void> {
  const contract = field(page, "Contract");
  const chosen = await contract.evaluate((select: HTMLSelectElement) => select.selectedIndex);
  await contract.selectOption({ index: chosen === 0 ? 1 : 0 });
}

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Checks every rule of axe on the page as it stands. */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  await page.evaluate(axe);
  const violations = await page.evaluate(async () => {
    const { violations } = await (window as unknown as { axe: typeof import("axe-core") }).axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    });
    return violations.map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map((node) => `${node.target.join(" ")} (${node.failureSummary})`).join(" | ")}`,
    );
  });
  expect(violations, what).toEqual([]);
}
