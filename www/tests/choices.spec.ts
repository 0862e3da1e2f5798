/**
 * What the reader can choose: columns for missing fields, the sheet of a workbook, a segment, two
 * customers to compare, an export with reasons, and a model with an old card.
 */
import { readFileSync } from "node:fs";
import type { Card } from "tenure";
import { cardFigures, testRows } from "../src/text/card";
import {
  choose,
  columns,
  expect,
  grid,
  header,
  line,
  lines,
  modelWithoutCard,
  open,
  openCustomer,
  openSample,
  panel,
  row,
  share,
  table,
  test,
} from "./page";
import { workbook } from "./workbook";

const first10 = Array.from({ length: 10 }, (_, index) => line(index));

test("columns are chosen for missing fields: the nearest names at once, others by hand", async ({ page }) => {
  await open(page);
  await choose(page, table(first10));
  // The strongest reason comes later.
  const shown = async () => [
    await row(page, 0).locator(".customer, .risk, .tier").allInnerTexts(),
    await row(page, 0).locator(".field").allInnerTexts(),
  ];
  await expect(row(page, 0)).toBeVisible();
  const expected = await shown();
  const renamed = header.replace("MonthlyCharges", "Monthly_Charge").replace("Contract", "Vertrag");
  await choose(page, [renamed, ...first10].join("\n"));
  const alert = page.getByRole("alert");
  await expect(alert.getByLabel("Column for MonthlyCharges")).toHaveValue("Monthly_Charge");
  const score = alert.getByRole("button", { name: "Score with these columns" });
  await expect(score).toBeDisabled();
  await alert.getByLabel("Column for Contract").selectOption("Vertrag");
  await score.click();
  await expect(row(page, 0)).toBeVisible();
  expect(await shown()).toEqual(expected);
  await openCustomer(page, 0);
  await expect(panel(page).locator('[id="Contract"]')).toHaveValue(/month|year/i);

  await test.step("with near names only, one click scores", async () => {
    await choose(page, [header.replace("MonthlyCharges", "Monthly_Charge"), ...first10].join("\n"));
    await page.getByRole("button", { name: "Score with these columns" }).click();
    await expect(row(page, 0)).toBeVisible();
    expect(await shown()).toEqual(expected);
  });
});

test("another sheet of a workbook can be chosen", async ({ page }) => {
  await open(page);
  const cells = (count: number) => [header, ...first10.slice(0, count)].map((text) => text.split(","));
  const buffer = workbook({ Notes: [["what"], ["a note"]], May: cells(2), June: cells(5) });
  const mimeType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
  await page.getByLabel("Customer table").setInputFiles({ name: "book.xlsx", mimeType, buffer });
  // The first sheet is no table of customers: the page offers the others.
  await page.getByRole("alert").getByRole("button", { name: "June", exact: true }).click();
  await expect(grid(page)).toHaveAttribute("aria-rowcount", "6");
  await expect(page.getByLabel("Sheet")).toHaveValue("June");
  await page.getByLabel("Sheet").selectOption("May");
  await expect(grid(page)).toHaveAttribute("aria-rowcount", "3");
  await expect(page.getByLabel("Sheet")).toHaveValue("May");
});

test("the table shows one segment", async ({ page }) => {
  await openSample(page);
  const at = columns.indexOf("Contract");
  const counts = new Map<string, number>();
  for (const text of lines) counts.set(text.split(",")[at]!, (counts.get(text.split(",")[at]!) ?? 0) + 1);
  const segment = page.getByLabel("Segment");
  const count = counts.get("Two year")!;
  await segment.selectOption({ label: `Contract: Two year (${count.toLocaleString("en-US")})` });
  await expect(grid(page)).toHaveAttribute("aria-rowcount", String(count + 1));
  await expect(page.getByText(`${count.toLocaleString("en-US")} customers shown`)).toBeVisible();
  for (let place = 0; place < 5; place++) await expect(row(page, place)).toContainText("Two year");
  await page.getByRole("button", { name: "Show all" }).click();
  await expect(segment).toHaveValue("");
  await expect(grid(page)).toHaveAttribute("aria-rowcount", String(lines.length + 1));
});

test("two customers stand side by side, with the contributions of both", async ({ page }) => {
  await openSample(page);
  await openCustomer(page, 0);
  const left = await panel(page).getByRole("heading", { level: 2 }).innerText();
  const leftShare = share(await row(page, 0).innerText());
  await page.getByRole("button", { name: "Compare with another customer" }).click();
  await expect(page.getByText(`Choose the customer to compare ${left} with in the table.`)).toBeVisible();
  await page.getByRole("button", { name: "Do not compare" }).click();
  await page.getByRole("button", { name: "Compare with another customer" }).click();
  const right = (await row(page, 6).locator(".customer").innerText()).trim();
  await row(page, 6).click();
  const comparison = page.getByRole("complementary", { name: "Comparison" });
  for (const place of [0, 6]) await expect(row(page, place)).toHaveAttribute("aria-selected", "true");
  await expect(comparison.getByRole("columnheader")).toHaveText(["Field", left, right]);
  const shown = await comparison.getByLabel("Probability of leaving").allInnerTexts();
  expect(Math.abs(share(shown[0]!) - leftShare)).toBeLessThan(0.0011);

  // The fields come by the difference of their contributions.
  await expect(comparison.locator(".contribution").first()).toBeVisible();
  const differences = await comparison.locator("tbody tr").evaluateAll((rows) =>
    rows.map((row) => {
      const [one, other] = [...row.querySelectorAll(".contribution")].map((cell) =>
        Number(cell.textContent!.replace("−", "-")),
      );
      return Math.abs(one! - other!);
    }),
  );
  expect(differences.length).toBeGreaterThan(15);
  for (const [index, size] of differences.entries()) expect(size).toBeLessThan((differences[index - 1] ?? 99) + 0.101);
  await comparison.getByLabel("Only fields that differ").check();
  const cells = await comparison
    .locator("tbody tr")
    .evaluateAll((rows) => rows.map((row) => [...row.querySelectorAll(".value")].map((cell) => cell.textContent)));
  expect(cells.length).toBeGreaterThan(0);
  for (const [one, other] of cells) expect(one).not.toBe(other);
  // The address is a link to the comparison, and back leads to the customer.
  expect(new URL(page.url()).hash).toMatch(/^#compare=\d+,\d+$/);
  await comparison.getByRole("button", { name: right, exact: true }).click();
  await expect(panel(page).getByRole("heading", { level: 2, name: right })).toBeVisible();
});

test("the export can have the strongest reasons of each row", async ({ page }) => {
  await open(page);
  await choose(page, table([...first10, line(11, { tenure: "abc" })]));
  await openCustomer(page, 0);
  const label = await panel(page).locator("tenure-waterfall li .label").first().innerText();
  const contribution = (await panel(page).locator("tenure-waterfall li .number .words").first().innerText()).replace(
    "−",
    "-",
  );
  await page.keyboard.press("Escape");
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "With reasons" }).click();
  const exported = readFileSync(await (await download).path(), "utf8")
    .trimEnd()
    .split("\r\n");
  expect(exported[0]).toBe(`${header},probability,tier,problems,reason_1,reason_2,reason_3`);
  expect(exported).toHaveLength(12);
  // The first row is the customer that was open.
  const reasons = exported[1]!.split(",").slice(-3);
  expect(reasons[0]).toMatch(new RegExp(`^${label}: .+ \\(`));
  expect(reasons[0]).toContain(`(${contribution})`);
  const sizes = reasons.map((reason) => Math.abs(Number(/\(([+-]\d+\.\d)\)$/.exec(reason)![1])));
  expect(sizes).toEqual([...sizes].sort((left, right) => right - left));
  expect(exported.at(-1)).toMatch(/,,,$/);
});

test("the export with reasons can be cancelled", async ({ page }) => {
  await openSample(page);
  await page.getByRole("button", { name: "With reasons" }).click();
  await expect(page.getByText(/^Reasons: /)).toBeVisible();
  await page.getByRole("button", { name: "Cancel the export" }).click();
  await expect(page.getByRole("button", { name: "With reasons" })).toBeVisible();
});

test("a model with an old card shows no figures of another model, and no blank page", async ({ page }) => {
  await open(page);
  const figures = page.locator("start-view dl dd");
  await expect(figures).toHaveCount(3);
  await page
    .getByLabel("Model", { exact: true })
    .setInputFiles({ name: "old.safetensors", mimeType: "application/octet-stream", buffer: modelWithoutCard });
  await expect(page.getByTitle("About this model")).not.toContainText("demo");
  await expect(figures).toHaveCount(0);
  await expect(page.locator("start-view section h2")).not.toBeEmpty();
  await page.getByTitle("About this model").click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("Predicts");
  await expect(dialog).not.toContainText(/ROC-AUC|test set|NaN|undefined/);
  await expect(dialog.getByRole("heading")).not.toBeEmpty();
});

test("a figure of the card is shown only if it is a number", () => {
  const cards: unknown[] = [
    {},
    { rows: null, metrics: null },
    { rows: { test: "many" }, metrics: { roc_auc: null, ece: "low" }, positive_rate: null },
    { rows: [1, 2], metrics: [0.8] },
    { rows: 7043, positive_rate: Number.NaN },
  ];
  for (const card of cards) {
    expect(cardFigures(card as Partial<Card>)).toEqual([]);
    expect(testRows(card as Partial<Card>)).toBeUndefined();
  }
  const partial = { rows: { train: 3, test: 4 }, metrics: { roc_auc: 0.8 } } as unknown as Partial<Card>;
  expect(cardFigures(partial).map(([, value]) => value)).toEqual(["7 customers", "0.800"]);
  expect(testRows(partial)).toBe("4");
});
