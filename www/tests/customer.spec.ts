/**
 * One customer: the waterfall adds up, changes move the score at once, and everything works with
 * the keyboard.
 */
import { expect, field, grid, open, openCustomer, openSample, panel, probability, row, share, test } from "./page";

const signed = (text: string) => Number(text.replace("−", "-").replace(/[^\d.-]/g, ""));

test("the waterfall adds up from E[f(X)] to f(x)", async ({ page }) => {
  await openSample(page);
  await openCustomer(page, 0);
  expect(Math.abs(share(await probability(page).innerText()) - share(await row(page, 0).innerText()))).toBeLessThan(
    0.0011,
  );

  await panel(page)
    .getByRole("button", { name: /^Show all \d+ fields/ })
    .click();
  const chart = panel(page).locator("tenure-waterfall");
  const ends = (await chart.locator(".end .number").allInnerTexts()).map(signed);
  const steps = (await chart.locator("li .number").allInnerTexts()).map((text) => signed(text.split(",")[0]!));
  const sum = steps.reduce((total, step) => total + step, ends[1]!);
  // Every number shown is rounded to a tenth of a point.
  expect(Math.abs(sum - ends[0]!)).toBeLessThan(0.05 * (steps.length + 2));
  expect(ends[0]! / 100).toBeCloseTo(share(await probability(page).innerText()), 2);
  const sizes = steps.map(Math.abs);
  expect(sizes).toEqual([...sizes].sort((left, right) => right - left));
});

test("a change moves the score and the waterfall, is marked, and can be reset", async ({ page }) => {
  await openSample(page);
  await openCustomer(page, 0);
  const before = await probability(page).innerText();
  const contract = field(page, "Contract");
  const options = await contract.locator("option").allInnerTexts();
  const own = await contract.inputValue();
  const other = options.find((option) => /two/i.test(option)) ?? options.find((option) => option !== own)!;

  const milliseconds = await contract.evaluate(async (select: HTMLSelectElement, value) => {
    const outside = (element: Element) => (element.getRootNode() as ShadowRoot).host;
    const panelRoot = outside(outside(select)).getRootNode() as ShadowRoot;
    const output = panelRoot.querySelector("tenure-score")!.shadowRoot!.querySelector("output")!;
    const shown = output.textContent;
    const started = performance.now();
    select.value = value;
    select.dispatchEvent(new Event("change", { bubbles: true, composed: true }));
    while (output.textContent === shown && performance.now() - started < 1000) await new Promise(requestAnimationFrame);
    return performance.now() - started;
  }, other);
  expect(milliseconds).toBeLessThan(100);
  expect(await probability(page).innerText()).not.toBe(before);
  await expect(
    panel(page)
      .getByText(/points$/)
      .first(),
  ).toBeVisible();
  await expect(panel(page).locator("tenure-waterfall li.changed")).toContainText(other);
  await expect(panel(page).getByText(`was ${own}`)).toBeVisible();

  await panel(page)
    .getByRole("button", { name: /^Reset Contract/i })
    .click();
  await expect(probability(page)).toHaveText(before);
  await expect(panel(page).locator("tenure-waterfall li.changed")).toHaveCount(0);
});

test("a slider can be dragged while explanations follow", async ({ page }) => {
  await openSample(page);
  await openCustomer(page, 0);
  const slider = panel(page).getByRole("slider").first();
  await slider.focus();
  for (let step = 0; step < 15; step++) await slider.press("ArrowRight");
  const value = await slider.inputValue();
  await expect(panel(page).locator("tenure-waterfall li.changed")).toContainText(value);
  await panel(page)
    .getByRole("button", { name: /^Reset 1 change/ })
    .click();
  await expect(panel(page).locator(".delta")).toHaveCount(0);
});

test("a value out of bounds is reported at its field", async ({ page }) => {
  await openSample(page);
  await openCustomer(page, 0);
  const tenure = field(page, "tenure");
  await tenure.fill("-1");
  await expect(panel(page).locator("#tenure-note")).toContainText("-1");
  await expect(panel(page).getByText(/^Not scored/)).toBeVisible();
  await tenure.fill("3");
  await expect(probability(page)).toBeVisible();
});

test("the table and the panel work with the keyboard", async ({ page }) => {
  await openSample(page);
  await expect(grid(page)).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await expect(grid(page)).toHaveAttribute("aria-activedescendant", "place-2");
  await page.keyboard.press("PageDown");
  const active = await grid(page).getAttribute("aria-activedescendant");
  expect(Number(active!.slice("place-".length))).toBeGreaterThan(8);
  await page.keyboard.press("End");
  await page.keyboard.press("Home");
  await page.keyboard.press("Enter");
  await expect(panel(page)).toBeVisible();
  const first = await panel(page).getByRole("heading", { level: 2 }).innerText();
  // While a customer is open, the arrow keys open the next or previous one.
  await page.keyboard.press("ArrowDown");
  await expect(panel(page).getByRole("heading", { level: 2 })).not.toHaveText(first);
  await expect(row(page, 1)).toHaveAttribute("aria-selected", "true");
  await panel(page).getByRole("button", { name: "Previous customer" }).click();
  await expect(panel(page).getByRole("heading", { level: 2 })).toHaveText(first);
  await page.keyboard.press("Escape");
  await expect(panel(page)).toHaveCount(0);
  await expect(grid(page)).toBeFocused();
});

test("the whole first screen can be reached by keyboard", async ({ page }) => {
  await open(page);
  const reached: string[] = [];
  for (let step = 0; step < 8; step++) {
    await page.keyboard.press("Tab");
    reached.push(
      await page.evaluate(() => {
        let element = document.activeElement;
        while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
        return (element?.getAttribute("aria-label") ?? element?.textContent ?? "").trim();
      }),
    );
  }
  for (const name of ["Tenure, start page", "Choose a table", "Use the sample table", "Use another model"])
    expect(reached).toContain(name);
  expect(reached.some((name) => name.startsWith("Switch to"))).toBe(true);
});
