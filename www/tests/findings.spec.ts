/** What is wrong in a whole table: the warnings above the figures, and the summary by field and rule. */
import { choose, expect, line, open, row, table, test } from "./page";

const ROWS = 200;
/** Amounts within the quantiles that the model was fitted to: those beyond have a note. */
const USUAL = { tenure: "20", MonthlyCharges: "70", TotalCharges: "1400" };
const rows = (cells: (index: number) => Record<string, string>) =>
  Array.from({ length: ROWS }, (_, index) => line(index, { ...USUAL, ...cells(index) }));

test("a field that is not as in training is a red warning, with a link to what it is about", async ({ page }) => {
  await open(page);
  await choose(
    page,
    table(rows((index) => ({ ...(index % 2 && { Contract: "Handshake" }), ...(index % 4 === 0 && { Partner: "" }) }))),
  );
  const warnings = page.getByRole("region", { name: "Not as in training" });
  await expect(warnings.getByRole("listitem")).toHaveCount(2);
  await expect(warnings).toContainText("Handshake");
  const [red, green, blue] = await warnings.evaluate((element) => getComputedStyle(element).color.match(/\d+/g)!);
  expect(Number(red)).toBeGreaterThan(2 * Math.max(Number(green), Number(blue)));
  const figures = await page.getByText("Customers scored", { exact: true }).boundingBox();
  expect((await warnings.boundingBox())!.y).toBeLessThan(figures!.y);

  await warnings.getByRole("button", { name: "Show Partner" }).click();
  await expect(page.getByText("50 customers shown")).toBeVisible();
  await page.getByRole("button", { name: "Show all" }).click();

  await warnings.getByRole("button", { name: "Show Contract" }).click();
  const problems = page.getByRole("complementary", { name: "Problems" });
  await expect(problems).toContainText("Only problems of Contract.");
  await expect(problems.getByRole("button", { name: /^Open line/ })).toHaveCount(100);
});

test("the problems begin with a summary by field and rule, in which broken lines do not count", async ({ page }) => {
  await open(page);
  const text = rows((index) => (index < 10 ? { tenure: "abc" } : {}));
  // Broken lines among them: their values would be problems too.
  for (let index = 0; index < 10; index += 2) text[index] += ",more,cells";
  await choose(page, table(text));
  await page.getByRole("button", { name: /^10 lines not scored/ }).click();
  const problems = page.getByRole("complementary", { name: "Problems" });
  const summary = problems.getByRole("listitem");
  await expect(summary).toHaveCount(1);
  await expect(summary).toContainText(/tenure: 5 of 195 rows are not scored.*"abc"/);
  // Each finding stands at its own line, broken ones too: the header is line 1.
  const at = (number: number) =>
    problems.getByRole("row").filter({ has: page.getByRole("button", { name: `Open line ${number}`, exact: true }) });
  await expect(at(2)).toContainText("whole line");
  await expect(at(3)).toContainText('"abc"');
  await expect(at(10)).toContainText("whole line");
  await expect(at(11)).toContainText('"abc"');
  await problems.getByRole("button", { name: "Open line 11", exact: true }).click();
  await expect(page.getByRole("heading", { level: 2 })).toHaveText(line(9).split(",")[0]!);
});

test("a table without problems has no warning", async ({ page }) => {
  await open(page);
  await choose(page, table(rows(() => ({}))));
  await expect(row(page, 0)).toBeVisible();
  await expect(page.getByRole("region", { name: "Not as in training" })).toHaveCount(0);
  await expect(page.getByRole("button", { name: /not scored|notes? on/ })).toHaveCount(0);
});
