/** Where axe does not look: widths between phone and desk, high zoom, forced colours, and paper. */
import type { Locator, Page } from "@playwright/test";
import { choose, expect, grid, line, open, openCustomer, openSample, panel, row, table, test } from "./page";

/** A table with a warning, problems and notes: the fullest state of the figures. */
async function openFull(page: Page): Promise<void> {
  await open(page);
  const rows = Array.from({ length: 120 }, (_, index) =>
    line(index, index % 3 === 0 ? { Contract: "Handshake" } : index % 7 === 0 ? { tenure: "abc" } : {}),
  );
  await choose(page, table(rows));
  await expect(row(page, 0)).toBeVisible();
}

for (const width of [720, 800, 900, 1000, 1100]) {
  test(`nothing in the figures overlaps at ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    await openFull(page);
    const boxes = await page
      .locator("summary-strip .figures > div, summary-strip .tiers button, summary-strip .findings")
      .evaluateAll((elements) =>
        elements.map((element) => {
          const { left, right, top, bottom } = element.getBoundingClientRect();
          // What it holds must not reach over its edge either.
          const isCut = element.scrollWidth > element.clientWidth + 1;
          return { left, right, top, bottom, isCut, text: element.textContent };
        }),
      );
    expect(boxes.filter(({ isCut }) => isCut)).toEqual([]);
    for (const [index, one] of boxes.entries()) {
      expect(one.right, one.text ?? "").toBeLessThanOrEqual(width);
      for (const other of boxes.slice(index + 1)) {
        const isApart =
          one.right <= other.left + 1 ||
          other.right <= one.left + 1 ||
          one.bottom <= other.top + 1 ||
          other.bottom <= one.top + 1;
        expect(isApart, `${one.text} and ${other.text}`).toBe(true);
      }
    }
    // The mark and the name of a tier are whole.
    for (const name of await page.locator("summary-strip .tiers .name").all()) {
      expect(await name.evaluate((element) => element.scrollWidth <= element.clientWidth + 1)).toBe(true);
    }
  });
}

test("at 400% zoom the table has height, and the page scrolls to it", async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 256 });
  await openFull(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  await grid(page).scrollIntoViewIfNeeded();
  const box = (await grid(page).boundingBox())!;
  expect(box.height).toBeGreaterThan(160);
  await row(page, 1).scrollIntoViewIfNeeded();
  await expect(row(page, 1)).toBeInViewport();
  await openCustomer(page, 1);
  // The panel scrolls whole: its head does not stay and take all room.
  await panel(page).locator("tenure-waterfall .foot").scrollIntoViewIfNeeded();
  await expect(panel(page).locator("tenure-waterfall .foot")).toBeInViewport();
  await expect(panel(page).getByRole("heading", { level: 2 })).not.toBeInViewport();
});

/** The share of the pixels of an element that differ from its corner. */
async function painted(page: Page, element: Locator): Promise<number> {
  const picture = (await element.screenshot()).toString("base64");
  return page.evaluate(async (picture) => {
    // The policy allows pictures from data addresses.
    const image = new Image();
    image.src = `data:image/png;base64,${picture}`;
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.width, image.height];
    const context = canvas.getContext("2d")!;
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    // The last row of pixels is outside of the bars.
    const ground = data.slice(data.length - 4);
    let other = 0;
    for (let at = 0; at < data.length; at += 4) {
      if ([0, 1, 2].some((part) => Math.abs(data[at + part]! - ground[part]!) > 40)) other += 1;
    }
    return other / (data.length / 4);
  }, picture);
}

test("forced colours keep the bars, the scale, the waterfall and what is chosen", async ({ page }) => {
  await page.emulateMedia({ forcedColors: "active", reducedMotion: "reduce" });
  await openSample(page);
  const fill = (bar: Locator) =>
    bar.evaluate((element) => {
      const { backgroundColor, width } = getComputedStyle(element, "::before");
      return {
        backgroundColor,
        isWide: Number.parseFloat(width) > 4,
        ground: getComputedStyle(document.body).backgroundColor,
      };
    });
  for (const bar of [row(page, 0).locator(".bar"), page.locator("summary-strip .bar").last()]) {
    const { backgroundColor, isWide, ground } = await fill(bar);
    expect(isWide).toBe(true);
    expect(backgroundColor).not.toBe(ground);
  }
  const tier = page.getByRole("group", { name: "Filter by tier" }).getByRole("button").first();
  await tier.click();
  expect(await tier.evaluate((element) => getComputedStyle(element).outlineStyle)).toBe("solid");
  await openCustomer(page, 0);
  expect(await painted(page, panel(page).locator("tenure-waterfall .track:has(.bar)").first())).toBeGreaterThan(0.03);
  expect(await painted(page, panel(page).locator("tenure-tier-scale"))).toBeGreaterThan(0.03);
  await expect(row(page, 0)).toHaveCSS("outline-style", "solid");
});

test("on paper the bars are drawn, and the page is not repeated", async ({ page }) => {
  await openSample(page);
  const pages = async () =>
    ((await page.pdf({ format: "A4" })).toString("latin1").match(/\/Type\s*\/Page\b/g) ?? []).length;
  // The rows in view and the figures.
  expect(await pages()).toBeLessThanOrEqual(2);
  await page.emulateMedia({ media: "print" });
  const { adjust, height } = await row(page, 0)
    .locator(".bar")
    .evaluate((bar) => ({
      adjust: getComputedStyle(bar, "::before").printColorAdjust,
      height: getComputedStyle(bar, "::before").height,
    }));
  expect(adjust).toBe("exact");
  expect(Number.parseFloat(height)).toBeGreaterThan(4);
  const rows = await page
    .locator("customer-table .row")
    .evaluateAll((rows) => rows.map((row) => row.getBoundingClientRect().top));
  expect(new Set(rows).size).toBe(rows.length);
  await page.emulateMedia({ media: "screen" });
  await openCustomer(page, 0);
  await page.emulateMedia({ media: "print" });
  await expect(page.locator("tenure-app .overview")).toBeHidden();
  // What to offer, why, and what would lower the risk, on one page.
  await page.emulateMedia({ media: null });
  await expect(panel(page).locator("tenure-actions ol")).toBeVisible();
  await expect(panel(page).locator("tenure-cards ul").first()).toBeVisible();
  expect(await pages()).toBe(1);
});
