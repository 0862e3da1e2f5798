/**
 * Explanations: the one-line summary, sentences, interactions, counterfactuals, and the drivers of
 * many customers.
 */
import type { Page } from "@playwright/test";
import {
  changeContract,
  choose,
  expect,
  line,
  open,
  openCustomer,
  openSample,
  panel,
  probability,
  row,
  share,
  table,
  test,
} from "./page";

const drivers = (page: Page) => page.getByRole("complementary", { name: "Drivers" });

test("the one-line summary names the strongest field, and the badge says that it is exact", async ({ page }) => {
  await openSample(page);
  await openCustomer(page, 0);
  const strongest = panel(page).locator("tenure-waterfall li.up").first();
  const label = await strongest.locator(".label").innerText();
  await expect(panel(page).getByRole("list", { name: "Raise the score most" })).toContainText(label);
  await expect(panel(page).locator(".badge")).toHaveText("Exact");
});

test("the strongest reasons and the counterfactuals are sentences in the language of the reader", async ({ page }) => {
  await openSample(page);
  await openCustomer(page, 0);
  const named = (name: string) => panel(page).getByRole("list", { name });
  const sentences = named("The strongest reasons");
  await expect(sentences.getByRole("listitem")).toHaveCount(3);
  const strongest = await panel(page).locator("tenure-waterfall li .label").first().innerText();
  const first = sentences.getByRole("listitem").first();
  await expect(first).toContainText(strongest);
  await expect(first).toContainText(/(raises|lowers) the risk of leaving: [+-]\d+\.\d percentage points\.$/);
  await expect(panel(page)).toContainText("what the model associates with leaving, not what causes it");
  const way = panel(page).locator("tenure-cards .sentence").first();
  await expect(way).toContainText("the probability of leaving would be");

  await page.getByLabel("Language").selectOption("de");
  const german = named("Die stärksten Gründe");
  const firstGerman = german.getByRole("listitem").first();
  await expect(firstGerman).toContainText(/(erhöht|senkt) das Abwanderungsrisiko: [+-]\d+,\d Prozentpunkte\.$/);
  await expect(german).toHaveAttribute("lang", "de");
  await expect(way).toContainText("läge die Abwanderungswahrscheinlichkeit bei");
  // The choice is remembered.
  await page.reload();
  await page.getByRole("button", { name: "Beispieltabelle verwenden" }).click();
  await openCustomer(page, 0);
  await expect(firstGerman).toContainText("das Abwanderungsrisiko");
});

test.describe("a German browser", () => {
  test.use({ locale: "de-AT" });
  test("gets reasons in German at once", async ({ page }) => {
    await openSample(page);
    await openCustomer(page, 0);
    await expect(panel(page).getByRole("list", { name: "Die stärksten Gründe" })).toContainText(
      "das Abwanderungsrisiko",
    );
    await expect(page.getByLabel("Sprache")).toHaveValue("de");
  });
});

test("a counterfactual is found, and trying it gives the promised score", async ({ page }) => {
  await openSample(page);
  await openCustomer(page, 0);
  const before = share(await probability(page).innerText());
  const card = panel(page).locator("tenure-cards ul[aria-label] > li").first();
  await expect(card).toBeVisible();
  const promised = share(await card.locator(".title").innerText());
  expect(promised).toBeLessThan(before);
  await card.getByRole("button", { name: "Try it" }).click();
  await expect.poll(async () => share(await probability(page).innerText())).toBeCloseTo(promised, 2);
  await expect(panel(page).locator(".delta")).toBeVisible();
  // The suggestions stay those for the customer's own record.
  await expect(card).toBeVisible();
});

test("interactions are shown on demand and disappear with the next change", async ({ page }) => {
  await openSample(page);
  await openCustomer(page, 0);
  await panel(page).getByRole("button", { name: "Show interactions between fields" }).click();
  const pairs = panel(page).getByRole("list", { name: "Pairs of fields, the strongest first" });
  await expect(pairs).toBeVisible();
  const sizes = (await pairs.locator(".number").allInnerTexts()).map((text) =>
    Math.abs(Number(text.replace("−", "-"))),
  );
  expect(sizes.length).toBeGreaterThan(2);
  expect(sizes).toEqual([...sizes].sort((left, right) => right - left));
  await changeContract(page);
  await expect(pairs).toHaveCount(0);
});

test("the drivers of the customers shown: importance, dots, dependence", async ({ page }) => {
  await openSample(page);
  await page.getByRole("button", { name: "Drivers" }).click();
  await expect(drivers(page).getByRole("heading", { level: 2 })).toBeFocused();
  const rows = drivers(page)
    .getByRole("list", { name: /^Fields by mean absolute contribution/ })
    .getByRole("listitem");
  await expect(rows.first()).toBeVisible({ timeout: 60_000 });
  const means = (await rows.locator(".mean").allInnerTexts()).map((text) => Number.parseFloat(text));
  expect(means.length).toBeGreaterThan(5);
  expect(means).toEqual([...means].sort((left, right) => right - left));
  // The dots are drawn: more pixels of the first canvas are painted than the line at zero.
  const painted = await rows
    .first()
    .locator("canvas")
    .evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
      return data.filter((value, at) => at % 4 === 3 && value > 0).length / (data.length / 4);
    });
  expect(painted).toBeGreaterThan(0.02);
  await rows.first().getByRole("button").click();
  await expect(drivers(page).locator("dependence-plot canvas")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(drivers(page)).toHaveCount(0);
});

test("the device of the drivers is shown and can be chosen, and the result does not depend on it", async ({ page }) => {
  await open(page);
  await choose(page, table([0, 1, 2, 3, 4, 5, 6, 7].map((index) => line(index))));
  await expect(row(page, 0)).toBeVisible();
  await page.getByRole("button", { name: "Drivers" }).click();
  const means = drivers(page).locator(".mean");
  await expect(drivers(page).locator(".badge")).toHaveText("CPU");
  const onCpu = await means.allInnerTexts();
  await drivers(page).getByLabel("Device").selectOption("webgpu");
  // Without an adapter or the WebGPU module the page says why, and computes on the CPU.
  await expect(drivers(page).locator(".badge")).toHaveText(/^(CPU|WebGPU)$/);
  if ((await drivers(page).locator(".badge").innerText()) === "CPU")
    await expect(drivers(page).locator(".device small")).not.toBeEmpty();
  expect(await means.allInnerTexts()).toEqual(onCpu);
});

test("the drivers can be cancelled and started again", async ({ page }) => {
  await openSample(page);
  await page.getByRole("button", { name: "Drivers" }).click();
  await drivers(page).getByRole("button", { name: "Cancel" }).click();
  await expect(drivers(page).getByText("Cancelled.")).toBeVisible();
  await drivers(page).getByRole("button", { name: "Start again" }).click();
  await expect(drivers(page).getByRole("progressbar")).toBeVisible();
});

test("one customer is explained as a cohort of one", async ({ page }) => {
  await open(page);
  await choose(page, table([line(0)]));
  await expect(row(page, 0)).toBeVisible();
  await page.getByRole("button", { name: "Drivers" }).click();
  await expect(drivers(page).getByText(/^\s*1 customer,/)).toBeVisible({ timeout: 30_000 });
});
