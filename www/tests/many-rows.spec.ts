/** 100,000 customers: scoring, smooth scrolling, cancelling. */
import { choose, expect, grid, line, lines, open, row, table, test } from "./page";

// A trace takes a snapshot of the document at every step, and the test would measure that.
test.use({ trace: "off" });

test("a hundred thousand rows are scored and scroll", async ({ page, context }) => {
  test.slow();
  const rows = Array.from({ length: 100_000 }, (_, index) => line(index));
  await open(page);
  await choose(page, table(rows), "large.csv");
  await expect(grid(page)).toHaveAttribute("aria-rowcount", "100001", { timeout: 60_000 });
  await expect(row(page, 0)).toBeVisible();

  const session = await context.newCDPSession(page);
  // Counts the time of the page's own thread only, not of other work on the machine.
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const busy = async () =>
    (await session.send("Performance.getMetrics")).metrics.find(({ name }) => name === "TaskDuration")!.value;
  const before = await busy();
  const frames = 90;
  const most = await grid(page).evaluate(async (element, frames) => {
    let most = 0;
    for (let frame = 0; frame < frames; frame++) {
      element.scrollTop += 120;
      await new Promise(requestAnimationFrame);
      most = Math.max(most, element.querySelectorAll(".row").length);
    }
    return most;
  }, frames);
  expect(most).toBeLessThan(60);
  // Sixty frames a second leave 16.7 ms each.
  expect((((await busy()) - before) * 1000) / frames).toBeLessThan(16.7);

  await grid(page).press("End");
  await expect(row(page, 99_999)).toBeInViewport();
  await grid(page).press("Home");
  await expect(row(page, 0)).toBeInViewport();
  // Plans for all of them are made in a worker: the page goes on while a lever is pulled.
  await page.getByRole("button", { name: "Who to call" }).click();
  const lever = page.getByLabel("What a customer is worth");
  await expect(lever).toBeVisible({ timeout: 30_000 });
  const profit = () => page.locator("plan-panel dd").last().innerText();
  const first = await profit();
  const started = await busy();
  await lever.evaluate(async (input: HTMLInputElement, frames) => {
    for (let frame = 0; frame < frames; frame++) {
      input.stepUp();
      input.dispatchEvent(new Event("input", { bubbles: true }));
      await new Promise(requestAnimationFrame);
    }
  }, frames);
  expect((((await busy()) - started) * 1000) / frames).toBeLessThan(16.7);
  await expect.poll(profit, { timeout: 20_000 }).not.toBe(first);
  await page.getByRole("button", { name: "Close the plan" }).click();
  await page.getByRole("searchbox").fill(lines[7]!.split(",")[0]!);
  await expect(page.getByText(/customers? shown/)).toBeVisible();
  expect(Number(await grid(page).getAttribute("aria-rowcount"))).toBeLessThan(200);
});

test("scoring can be cancelled", async ({ page }) => {
  await open(page);
  await choose(page, table(Array.from({ length: 100_000 }, (_, index) => line(index))), "large.csv");
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByRole("heading", { name: "Who is likely to leave, and why" })).toBeVisible();
});
