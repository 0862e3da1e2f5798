/** 100,000 customers: scoring, smooth scrolling, cancelling. */
import { ROW_HEIGHT } from "../src/components/row-window";
import { choose, expect, grid, line, lines, open, row, table, test } from "./page";

// A trace takes a snapshot of the document at every step, and the test would measure that.
test.use({ trace: "off" });

test("a hundred thousand rows are scored and scroll", async ({ page }) => {
  test.slow();
  const rows = Array.from({ length: 100_000 }, (_, index) => line(index));
  await open(page);
  await choose(page, table(rows), "large.csv");
  await expect(grid(page)).toHaveAttribute("aria-rowcount", "100001", { timeout: 60_000 });
  await expect(row(page, 0)).toBeVisible();

  const frames = 90;
  const step = 120;
  const { made, most } = await grid(page).evaluate(
    async (element, { frames, step }) => {
      const seen = new WeakSet<Node>(element.querySelectorAll(".row"));
      let made = 0;
      let most = 0;
      for (let frame = 0; frame < frames; frame++) {
        element.scrollTop += step;
        await new Promise(requestAnimationFrame);
        await new Promise(requestAnimationFrame);
        const rows = element.querySelectorAll(".row");
        for (const row of rows) {
          if (!seen.has(row)) made++;
          seen.add(row);
        }
        most = Math.max(most, rows.length);
      }
      return { made, most };
    },
    { frames, step },
  );
  // Rows out of view are not in the document, and a row that stays in view is not made again.
  expect(most).toBeLessThan(60);
  expect(made).toBeLessThanOrEqual(Math.ceil((frames * step) / ROW_HEIGHT) + 1);

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
  const asked = await lever.evaluate(async (input: HTMLInputElement, frames) => {
    let asked = 0;
    const post = Worker.prototype.postMessage as (...message: unknown[]) => void;
    Worker.prototype.postMessage = function (this: Worker, ...message: unknown[]) {
      asked++;
      post.apply(this, message);
    };
    for (let frame = 0; frame < frames; frame++) {
      input.stepUp();
      input.dispatchEvent(new Event("input", { bubbles: true }));
      await new Promise(requestAnimationFrame);
    }
    Worker.prototype.postMessage = post;
    return asked;
  }, frames);
  // A plan of so many takes longer than a frame. While one is made, the lever moves on and only its newest place waits.
  expect(asked).toBeGreaterThan(0);
  expect(asked).toBeLessThan(frames);
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
