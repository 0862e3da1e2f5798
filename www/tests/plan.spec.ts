/** What to do: the offers of a customer, who to call, the levers, the export, and the editor of the policy. */
import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import {
  changeContract,
  choose,
  columns,
  expect,
  grid,
  line,
  model,
  modelWithoutCard,
  open,
  openCustomer,
  openSample,
  panel,
  row,
  table,
  test,
} from "./page";

const plan = (page: Page) => page.getByRole("complementary", { name: "Who to call" });
const policy = (page: Page) => page.getByRole("complementary", { name: "Policy" });
const number = (text: string) => Number(text.replace("−", "-").replace(/[^\d.-]/g, ""));

async function openPlan(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Who to call" }).click();
  await expect(plan(page).locator("tbody tr").first()).toBeVisible();
}

/** One of the figures, such as the expected profit. */
async function figure(page: Page, name: string): Promise<number> {
  return number(
    await plan(page)
      .locator(".figures div")
      .filter({ has: page.getByText(name, { exact: true }) })
      .locator("dd")
      .innerText(),
  );
}

async function openRows(page: Page, count: number, cells: Record<string, string> = {}): Promise<void> {
  await open(page);
  await choose(page, table(Array.from({ length: count }, (_, index) => line(index, index === 0 ? cells : {}))));
  await expect(row(page, 0)).toBeVisible();
}

test("a customer shows what to offer, and changes that are tried do not change it", async ({ page }) => {
  await openSample(page);
  await openCustomer(page, 0);
  const offers = panel(page).getByRole("list", { name: "Offers, the best first" }).getByRole("listitem");
  const profits = (await offers.locator('[part="profit"]').allInnerTexts()).map(number);
  expect(profits.length).toBeGreaterThan(1);
  expect(profits).toEqual([...profits].sort((left, right) => right - left));
  await expect(offers.first()).toContainText(/raises the risk of leaving: \+\d+\.\d percentage points/);
  await panel(page)
    .getByText(/^Why \d other offers? (is|are) not made/)
    .click();
  await expect(panel(page).locator("tenure-actions details li").first()).toBeVisible();
  await changeContract(page);
  await expect(panel(page).locator(".delta")).toBeVisible();
  expect((await offers.locator('[part="profit"]').allInnerTexts()).map(number)).toEqual(profits);
});

test("the strongest reasons are not those that all rows share", async ({ page }) => {
  await openSample(page);
  const labels = page.locator("customer-table .row .reason .label");
  await expect.poll(() => labels.count(), { timeout: 20_000 }).toBeGreaterThan(12);
  expect(new Set(await labels.allInnerTexts()).size).toBeGreaterThan(1);
});

test("the list holds who is worth a call, and follows the limits and the levers", async ({ page }) => {
  await openRows(page, 300);
  await openPlan(page);
  const profits = (await plan(page).locator("tbody td:last-child").allInnerTexts()).map(number);
  expect(profits.length).toBe(25);
  expect(profits).toEqual([...profits].sort((left, right) => right - left));
  const [count, profit] = [await figure(page, "Customers with an offer"), await figure(page, "Expected profit")];
  await expect(plan(page).getByRole("heading", { name: `The list: ${count} customers` })).toBeVisible();
  await expect(plan(page)).toContainText("Risk is not uplift");
  await expect(plan(page)).toContainText(/would get an offer get none, by chance.*within ±\d+\.\d points/);

  // By keyboard, as every lever.
  const atMost = plan(page).getByLabel("Offers, at most", { exact: true });
  await atMost.focus();
  await atMost.press("Home");
  await expect.poll(() => figure(page, "Customers with an offer")).toBe(1);
  await atMost.press("End");
  await expect.poll(() => figure(page, "Customers with an offer")).toBe(count);
  const exactly = plan(page).getByLabel("Offers, at most, as a number");
  await exactly.fill("7");
  await expect.poll(() => figure(page, "Customers with an offer")).toBe(7);
  await exactly.fill("-7");
  await expect(plan(page).getByRole("alert")).toContainText("count");
  await exactly.fill("");
  await expect.poll(() => figure(page, "Customers with an offer")).toBe(count);
  await expect(plan(page).getByRole("alert")).toHaveCount(0);
  const curve = plan(page).locator("profit-curve path.profit");
  const drawn = await curve.getAttribute("d");
  await plan(page).getByLabel("What a customer is worth").press("End");
  await expect.poll(() => figure(page, "Expected profit")).toBeGreaterThan(1.5 * profit);
  expect(await curve.getAttribute("d")).not.toBe(drawn);
  await plan(page).getByLabel("Held out by chance").press("Home");
  await expect(plan(page)).toContainText("Nobody is held out");
  await plan(page).getByRole("button", { name: "As in the policy" }).click();
  await expect.poll(() => figure(page, "Expected profit")).toBe(profit);
  const spent = await figure(page, "They cost");
  const budget = plan(page).getByLabel("Budget", { exact: true });
  await budget.press("PageDown");
  await budget.press("PageDown");
  await expect.poll(() => figure(page, "They cost")).toBeLessThan(spent);

  const name = await plan(page).locator("tbody th button").first().innerText();
  const offer = await plan(page).locator(".offer").first().innerText();
  const why = plan(page).locator(".why").first();
  await expect(why).toContainText("points");
  const [, points] = /\+(\d+\.\d) points/.exec(await why.innerText())!;
  await plan(page).locator("tbody th button").first().click();
  await expect(panel(page).getByRole("heading", { level: 2, name })).toBeVisible();
  // The offer of the list is one of the customer's, and its reason has the same points there.
  await expect(panel(page).locator("tenure-actions li", { hasText: offer })).toContainText(`+${points} percentage`);
});

test("the exported list has offers, profits and reasons, and nothing that a spreadsheet runs", async ({ page }) => {
  await openRows(page, 200, { customerID: '=HYPERLINK("x")', MonthlyCharges: "118", Contract: "Month-to-month" });
  await openPlan(page);
  const [count, profit] = [await figure(page, "Customers with an offer"), await figure(page, "Expected profit")];
  const downloading = page.waitForEvent("download");
  await plan(page).getByRole("button", { name: "Export the list" }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toBe("customers.offers.csv");
  const [head, ...rows] = readFileSync(await download.path(), "utf8")
    .trimEnd()
    .split("\r\n");
  expect(head).toBe(`${columns.join(",")},probability,tier,problems,offer,expected_profit,cost,reason`);
  expect(rows).toHaveLength(count);
  // No label of the demo's policy has a comma, a reason may.
  const cells = rows.map((text) => /,([^,]+),(-?[\d.]+),([\d.]+),("[^"]*"|[^,"]*)$/.exec(text)!);
  const sum = cells.reduce((total, [, , profit]) => total + Number(profit), 0);
  expect(Math.abs(sum - profit)).toBeLessThan(1 + count * 0.005);
  expect(cells.every(([, , , , reason]) => /: .* \([+-]\d+\.\d\)"?$/.test(reason!))).toBe(true);
  expect(rows.some((text) => /^"?=/.test(text))).toBe(false);
  expect(rows.filter((text) => text.startsWith(`"'=HYPERLINK`))).toHaveLength(1);
});

test("a policy is checked as it is typed, and used everywhere once it is sound", async ({ page }) => {
  await openRows(page, 60);
  await openPlan(page);
  await plan(page).getByRole("button", { name: "Edit the policy" }).click();
  await expect(policy(page).getByRole("heading", { level: 2 })).toBeFocused();
  const use = policy(page).getByRole("button", { name: "Use this policy" });
  await expect(use).toBeDisabled();
  const cost = policy(page).getByLabel("Cost", { exact: true }).first();
  for (const [text, message] of [
    ["-1", "must be at least 0, and finite (got -1)"],
    ["2 * Monthly", "“Monthly” is no field of the schema"],
  ] as const) {
    await cost.fill(text);
    await expect(cost).toHaveAccessibleDescription(new RegExp(message.replace(/[()]/g, "\\$&")));
    await expect(use).toBeDisabled();
  }
  await policy(page).getByRole("button", { name: "Discard the changes" }).click();
  await expect(cost).toHaveValue("0.6 * MonthlyCharges");

  await policy(page).getByRole("button", { name: "Add an offer" }).click();
  await page.keyboard.type("A letter of thanks");
  await expect(use).toBeDisabled();
  await policy(page).getByLabel("Cost", { exact: true }).last().fill("0");
  await policy(page).getByLabel("Effect").last().fill("0.9");
  await use.click();
  await expect(policy(page)).toContainText("This policy is in use.");
  const downloading = page.waitForEvent("download");
  await policy(page).getByRole("button", { name: "Save for the schema file" }).click();
  const written = readFileSync(await (await downloading).path(), "utf8");
  expect(written).toContain('label = "A letter of thanks"\ncost = 0\neffect = 0.9\n');
  await policy(page).getByRole("button", { name: "Back to the list" }).click();
  await expect(plan(page).locator(".offer").first()).toHaveText("A letter of thanks");
  // Other tiers are other scores of the table.
  await plan(page).getByRole("button", { name: "Edit the policy" }).click();
  await policy(page).getByLabel("From, in percent").last().fill("100");
  await use.click();
  await expect(policy(page)).toHaveCount(0);
  await expect(page.locator("summary-strip .tiers button").first()).toContainText(/Critical\s*0/);
  await openCustomer(page, 0);
  await expect(panel(page).locator("tenure-actions li").first()).toContainText("A letter of thanks");
});

test("the model's file is saved with a new policy, and opens with it", async ({ page }) => {
  await openRows(page, 60);
  await openPlan(page);
  await plan(page).getByRole("button", { name: "Edit the policy" }).click();
  await policy(page).getByRole("button", { name: "Add an offer" }).click();
  await page.keyboard.type("A letter of thanks");
  const save = policy(page).getByRole("button", { name: "Save into a model file" });
  await expect(save).toBeDisabled();
  await policy(page).getByLabel("Cost", { exact: true }).last().fill("0");
  await policy(page).getByLabel("Effect").last().fill("0.9");
  const downloading = page.waitForEvent("download");
  await save.click();
  const download = await downloading;
  expect(download.suggestedFilename()).toMatch(/\.safetensors$/);
  const buffer = readFileSync(await download.path());
  expect(buffer.equals(model)).toBe(false);

  // A page that never saw the editor: first the model as it is, then the file.
  await openRows(page, 60);
  await openPlan(page);
  await expect(plan(page).locator(".offer").first()).toBeVisible();
  await expect(plan(page).getByText("A letter of thanks")).toHaveCount(0);
  await page
    .getByLabel("Model", { exact: true })
    .setInputFiles({ name: "saved.safetensors", mimeType: "application/octet-stream", buffer });
  await expect(plan(page)).toHaveCount(0);
  await openPlan(page);
  await expect(plan(page).locator(".offer").first()).toHaveText("A letter of thanks");
  await plan(page).getByRole("button", { name: "Edit the policy" }).click();
  await expect(policy(page).getByLabel("Effect").last()).toHaveValue("0.9");
  await policy(page).getByRole("button", { name: "Back to the list" }).click();
  await openCustomer(page, 0);
  await expect(panel(page).locator("tenure-actions li").first()).toContainText("A letter of thanks");
});

test("a model without offers says so, and the editor adds the first", async ({ page }) => {
  await openRows(page, 30);
  await page
    .getByLabel("Model", { exact: true })
    .setInputFiles({ name: "old.safetensors", mimeType: "application/octet-stream", buffer: modelWithoutCard });
  await expect(grid(page)).toHaveAttribute("aria-rowcount", "31");
  await page.getByRole("button", { name: "Who to call" }).click();
  await expect(plan(page)).toContainText("has no offers");
  await plan(page).getByRole("button", { name: "Edit the policy" }).click();
  await policy(page).getByLabel("Value of a customer who stays").fill("500");
  await policy(page).getByRole("button", { name: "Add an offer" }).click();
  await policy(page).getByLabel("Cost", { exact: true }).fill("5");
  await policy(page).getByLabel("Effect").fill("beta(6, 14)");
  await policy(page).getByRole("button", { name: "Use this policy" }).click();
  await policy(page).getByRole("button", { name: "Back to the list" }).click();
  await expect(plan(page).locator("tbody tr").first()).toContainText("offers_1");
});
