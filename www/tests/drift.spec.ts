/** What has moved since training: of the open table, of profiles, and of a newer table. */
import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import {
  choose,
  columns,
  drop,
  expect,
  expectAccessible,
  grid,
  line,
  lines,
  modelWithoutCard,
  open,
  openSample,
  row,
  table,
  test,
} from "./page";

const drift = (page: Page) => page.locator("drift-panel");
const verdict = (page: Page) => drift(page).locator(".verdict");

async function openDrift(page: Page, name = "Drift"): Promise<void> {
  await page.getByRole("button", { name, exact: true }).click();
  await expect(verdict(page)).toBeVisible({ timeout: 20_000 });
}

/** The sample with higher charges, and without the months of half of the customers. */
const newer = table(
  lines.map((_, index) => {
    const charges = Number(line(index).split(",")[columns.indexOf("MonthlyCharges")]);
    return line(index, { MonthlyCharges: (charges * 1.4).toFixed(2), ...(index % 2 === 0 && { tenure: "" }) });
  }),
);

/** The profile of the open table, as the page saves it. */
async function savedProfile(page: Page): Promise<string> {
  const downloading = page.waitForEvent("download");
  await drift(page).getByRole("button", { name: "Save the profile of this table" }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toMatch(/\.profile\.json$/);
  return readFileSync(await download.path(), "utf8");
}

test("a table as in training has not moved, and a newer one shows what has", async ({ page }) => {
  await openSample(page);
  await openDrift(page);
  expect(page.url()).toMatch(/#drift$/);
  await expect(drift(page).getByRole("heading", { level: 2 })).toBeFocused();
  await expect(drift(page)).toContainText("No row, and no count of 1 to 19 rows");
  await expect(drift(page).getByRole("row", { name: /^ROC-AUC/ })).toContainText(/0\.\d{3} 0\.\d{3} to 0\.\d{3}/);

  await drop(page, newer, "april.csv");
  await expect(drift(page)).toContainText("All customers of april.csv");
  await expect(verdict(page)).toContainText("Broken data.", { timeout: 20_000 });
  await expect(verdict(page)).toContainText("Tenure");
  const charges = drift(page).locator("article", { hasText: /^\s*Monthly ?charges/i });
  await expect(charges).toContainText(/PSI [1-9\d.]*\d \(chance reaches 0\.\d{3}\)/);
  // Both distributions, with a name for each range.
  await expect(charges.getByRole("columnheader").nth(1)).toHaveText("In training");
  await expect(charges.getByRole("rowheader").first()).toHaveText(/^below [\d.]+$/);
  const months = drift(page)
    .locator("article", { hasText: /^\s*Tenure/ })
    .getByRole("row", { name: /^missing/ });
  await expect(months.getByRole("cell").last()).toHaveText(/^(49|50|51)\.\d%$/);
  // The page reloads to the start: nothing is kept unless asked for.
  await page.keyboard.press("Escape");
  await expect(grid(page)).toBeVisible();
  await expect(drift(page)).toHaveCount(0);
});

test("profiles take the place of the table, also without one", async ({ page }) => {
  await openSample(page);
  await openDrift(page);
  const first = await savedProfile(page);
  const said = await verdict(page).innerText();
  await choose(page, newer, "april.csv");
  await expect(drift(page)).toContainText("All customers of april.csv");
  await expect(verdict(page)).toContainText("Broken", { timeout: 20_000 });
  const second = await savedProfile(page);
  const profiles = page.getByLabel("Profiles", { exact: true });
  const file = (name: string, text: string) => ({ name, mimeType: "application/json", buffer: Buffer.from(text) });
  await profiles.setInputFiles([file("march.json", first)]);
  await expect(drift(page)).toContainText("The sum of 1 profile: march.json");
  await expect(verdict(page)).toHaveText(said, { useInnerText: true });
  await profiles.setInputFiles([file("march.json", first), file("april.json", second)]);
  await expect(drift(page)).toContainText("march.json, april.json");
  await expect(verdict(page)).toContainText("Broken");

  // All that is wrong is said at once, with the names of the files.
  const later = first.replace('"version":1', '"version":9');
  await profiles.setInputFiles([file("march.json", first), file("again.json", first), file("later.json", later)]);
  const alert = drift(page).getByRole("alert");
  await expect(alert).toContainText("again.json");
  await expect(alert).toContainText("given twice");
  await expect(alert).toContainText("later.json");
  await drift(page).getByRole("button", { name: "Compare the table" }).click();
  await expect(drift(page)).toContainText("All customers of april.csv");

  // A new visit, with a profile alone.
  await open(page);
  await drop(page, first, "march.json");
  await expect(verdict(page)).toHaveText(said, { useInnerText: true, timeout: 20_000 });
  await expect(grid(page)).toHaveCount(0);
  await drift(page).getByRole("button", { name: "Close the drift" }).click();
  await expect(page.getByRole("button", { name: "Choose a table" })).toBeVisible();
});

test("a model without a reference says so", async ({ page }) => {
  await open(page);
  await page
    .getByLabel("Model", { exact: true })
    .setInputFiles({ name: "old.safetensors", mimeType: "application/octet-stream", buffer: modelWithoutCard });
  await choose(page, table(lines.slice(0, 30)));
  await expect(row(page, 0)).toBeVisible();
  await page.getByRole("button", { name: "Drift", exact: true }).click();
  await expect(drift(page)).toContainText("has no reference profile");
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`axe finds nothing on drift, ${colorScheme}, and German is whole`, async ({ page }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await open(page);
    await choose(page, newer, "april.csv");
    await expect(row(page, 0)).toBeVisible();
    await openDrift(page);
    const details = drift(page).locator("details").first();
    await details.locator("summary").press("Enter");
    await expect(details.locator("cell-bars table")).toBeVisible();
    await expectAccessible(page, "drift");
    await page.getByLabel("Language").selectOption("de");
    await expect(verdict(page)).toContainText("Fehlerhafte Daten.");
    await expect(drift(page)).toContainText("Was im Profil steht");
    await expect(drift(page)).not.toContainText(/\b(the|rows|training)\b/);
  });
}

test("drift fits a phone, and forced colours and paper show both distributions", async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await open(page);
  await choose(page, newer, "april.csv");
  await expect(row(page, 0)).toBeVisible();
  await openDrift(page);
  const overflow = () => drift(page).evaluate((panel) => ({ scroll: panel.scrollWidth, width: panel.clientWidth }));
  const { scroll, width } = await overflow();
  expect(scroll).toBeLessThanOrEqual(width);
  await page.emulateMedia({ forcedColors: "active" });
  const colour = (side: string) =>
    drift(page)
      .locator(`article .bar.${side}`)
      .first()
      .evaluate((bar) => getComputedStyle(bar).backgroundColor);
  expect(await colour("before")).not.toBe(await colour("now"));
  await page.emulateMedia({ forcedColors: "none", media: "print" });
  await expect(drift(page).locator("article").first()).toBeVisible();
  await expect(drift(page).getByRole("button", { name: "Choose profiles" })).toBeHidden();
});
