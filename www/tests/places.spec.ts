/** Back, reload and links; the table that is kept on the device; and files that wait for the model. */
import {
  choose,
  drop,
  expect,
  grid,
  line,
  model,
  open,
  openCustomer,
  openSample,
  panel,
  row,
  table,
  test,
} from "./page";

const own = table([0, 1, 2, 3, 4].map((index) => line(index)));
const heading = (name: string) => ({ level: 2, name });

test("back and forward move between the table, a customer and the start, and the table stays", async ({ page }) => {
  await openSample(page);
  await openCustomer(page, 0);
  const address = page.url();
  expect(address).toMatch(/#customer=\d+$/);
  const name = await panel(page).getByRole("heading", { level: 2 }).innerText();
  await page.goBack();
  await expect(panel(page)).toHaveCount(0);
  await expect(row(page, 0)).toBeVisible();
  await page.goBack();
  await expect(page.getByRole("button", { name: "Choose a table" })).toBeVisible();
  await page.goForward();
  await expect(row(page, 0)).toBeVisible();
  await page.goForward();
  await expect(panel(page).getByRole("heading", heading(name))).toBeVisible();
  // The start page is one step away, and so is the table.
  await page.getByRole("link", { name: "Tenure, start page" }).click();
  await page.getByRole("button", { name: "Back to sample.csv" }).click();
  await expect(row(page, 0)).toBeVisible();
});

test("nothing is kept unless the reader asks for it", async ({ page }) => {
  await open(page);
  await choose(page, own);
  await openCustomer(page, 0);
  await page.reload();
  await expect(page.getByRole("button", { name: "Choose a table" })).toBeEnabled();
  await expect(page.getByText("is kept on this device")).toHaveCount(0);
  // A place without its table is no place.
  await expect.poll(() => new URL(page.url()).hash).toBe("");
});

test("a kept table is there after a reload and from a link, until it is forgotten", async ({ page, context }) => {
  await open(page);
  await choose(page, own);
  await page.getByLabel("Keep on this device").check();
  await expect(page.getByText("customers.csv is kept on this device.")).toBeAttached();
  await openCustomer(page, 1);
  const name = await panel(page).getByRole("heading", { level: 2 }).innerText();
  await page.reload();
  await expect(panel(page).getByRole("heading", heading(name))).toBeVisible();
  await expect(page.getByLabel("Keep on this device")).toBeChecked();

  const other = await context.newPage();
  await other.goto(page.url());
  await expect(panel(other).getByRole("heading", heading(name))).toBeVisible();
  await other.goto("about:blank");
  await other.goto("./");
  await other.getByRole("button", { name: "Back to customers.csv" }).click();
  await expect(grid(other)).toHaveAttribute("aria-rowcount", "6");
  await other.getByRole("link", { name: "Tenure, start page" }).click();
  await other.getByRole("button", { name: "Forget it" }).click();
  await expect(other.getByText("is kept on this device")).toHaveCount(0);
  await page.reload();
  await expect(page.getByRole("button", { name: "Choose a table" })).toBeVisible();
  expect(
    await page.evaluate(
      () =>
        new Promise((resolve) => {
          const opening = indexedDB.open("tenure", 1);
          opening.onsuccess = () => {
            const asked = opening.result.transaction("kept").objectStore("kept").count();
            asked.onsuccess = () => resolve(asked.result);
          };
        }),
    ),
  ).toBe(0);
});

test("a kept table keeps the reader's own model, and its columns", async ({ page }) => {
  await open(page);
  await page
    .getByLabel("Model", { exact: true })
    .setInputFiles({ name: "own.safetensors", mimeType: "application/octet-stream", buffer: model });
  await choose(page, own.replace("MonthlyCharges", "Monthly_Charge"));
  await page.getByRole("button", { name: "Score with these columns" }).click();
  // The strongest reason comes later.
  const scored = () => row(page, 0).locator(".customer, .risk, .tier, .field").allInnerTexts();
  await expect(row(page, 0)).toBeVisible();
  const first = await scored();
  await page.getByLabel("Keep on this device").check();
  await expect(page.getByText("customers.csv is kept on this device.")).toBeAttached();
  await page.reload();
  await expect(row(page, 0)).toBeVisible();
  expect(await scored()).toEqual(first);
  // It is the reader's model, not the demo's.
  await expect(page.getByTitle("About this model")).not.toContainText("demo");
});

test("a file that is dropped before the model is ready waits for it", async ({ page }) => {
  let answer = () => {};
  const isAsked = new Promise<void>((asked) => {
    void page.route("**/demo/model.safetensors", async (route) => {
      asked();
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      await route.continue();
    });
  });
  await page.goto("./");
  await isAsked;
  await drop(page, own);
  await expect(page.getByText("customers.csv is scored as soon as the model is ready.")).toBeVisible();
  answer();
  await expect(grid(page)).toHaveAttribute("aria-rowcount", "6");
});
