/** Offline use, the security policy, themes, phones and accessibility (axe) on every screen. */
import {
  changeContract,
  choose,
  drop,
  expect,
  expectAccessible,
  grid,
  header,
  line,
  open,
  openCustomer,
  openSample,
  panel,
  row,
  table,
  test,
} from "./page";

test("opens, scores and explains without a network after the first visit", async ({ page, context }) => {
  await open(page);
  await page.evaluate(async () => {
    const { active } = await navigator.serviceWorker.ready;
    if (active!.state !== "activated")
      await new Promise((resolve) => active!.addEventListener("statechange", resolve, { once: true }));
  });
  await context.setOffline(true);
  await page.reload();
  await page.getByRole("button", { name: "Use the sample table" }).click();
  await openCustomer(page, 0);
  await context.setOffline(false);
});

test("the policy is in the header and in the page", async ({ page, request, faults }) => {
  const policy = (await request.get("./")).headers()["content-security-policy"] ?? "";
  await open(page);
  const written = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute("content");
  for (const directive of ["default-src 'none'", "connect-src 'self'", "script-src 'self' 'wasm-unsafe-eval'"]) {
    expect(policy).toContain(directive);
    expect(written).toContain(directive);
  }
  // The purpose of the policy: even a page that tries cannot send data to another server.
  const refused = await page
    .evaluate(() => {
      const violation = new Promise<string>((resolve) =>
        document.addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective), {
          once: true,
        }),
      );
      fetch("https://example.invalid/", { method: "POST", body: "a record" }).catch(() => undefined);
      return violation;
    })
    .catch(() => "");
  expect(refused).toBe("connect-src");
  await expect.poll(() => faults.length).toBeGreaterThan(0);
  expect(faults.splice(0).every((fault) => fault.includes("Content Security Policy"))).toBe(true);
});

test("the system's theme applies until the reader chooses one, and the choice is remembered", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "dark" });
  await open(page);
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const dark = await background();
  await page.getByRole("button", { name: "Switch to light colours" }).click();
  const light = await background();
  expect(light).not.toBe(dark);
  await page.reload();
  expect(await background()).toBe(light);
  await page.getByRole("button", { name: "Switch to dark colours" }).click();
  expect(await background()).toBe(dark);
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`axe finds nothing, ${colorScheme}`, async ({ page }) => {
    // While bars move they can lie under the numbers of other bars, which axe reports.
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await open(page);
    await expectAccessible(page, "start");
    await choose(page, "a,b\n1,2\n");
    await expect(page.getByRole("alert")).toBeVisible();
    await expectAccessible(page, "an unusable file");
    const near = header.replace("MonthlyCharges", "Monthly_Charge");
    await choose(page, `${near}\n${line(0)}\n`);
    await expect(page.getByRole("button", { name: "Score with these columns" })).toBeVisible();
    await expectAccessible(page, "missing columns");
    const unlike = Array.from({ length: 60 }, (_, index) => line(index, { Contract: "Handshake" }));
    await choose(page, table(unlike));
    await expect(page.getByRole("region", { name: "Not as in training" })).toBeVisible();
    await expectAccessible(page, "a table unlike that of the training");
    await page.getByRole("link", { name: "Tenure, start page" }).click();
    await expect(page.getByRole("button", { name: "Back to customers.csv" })).toBeVisible();
    await expectAccessible(page, "start, with an open table");
    await drop(page, table([line(0), line(1, { tenure: "abc" }), line(2), line(3, { Contract: "Handshake" })]));
    await expect(row(page, 0)).toBeVisible();
    await expectAccessible(page, "table");
    await openCustomer(page, 0);
    await changeContract(page);
    await expect(panel(page).locator(".delta")).toBeVisible();
    await expectAccessible(page, "customer");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: /not scored/ }).click();
    await expectAccessible(page, "problems");
    await page.getByRole("button", { name: "Open line 3", exact: true }).click();
    await expectAccessible(page, "a customer who is not scored");
    await page.getByRole("button", { name: "Close the customer" }).click();
    await page.locator("#place-1").click();
    await page.getByRole("button", { name: "Compare with another customer" }).click();
    await expectAccessible(page, "the choice of a customer to compare with");
    await page.locator("#place-0").click();
    await expect(page.locator("compare-panel .contribution").first()).toBeVisible();
    await expectAccessible(page, "comparison");
    await page.getByRole("button", { name: "Close the comparison" }).click();
    await page.getByRole("button", { name: "Drivers" }).click();
    await page.locator("drivers-panel li button").first().click();
    await expect(page.locator("dependence-plot")).toBeVisible();
    await expectAccessible(page, "drivers");
    await page.getByRole("button", { name: "Close the drivers" }).click();
    await page.getByRole("button", { name: "Who to call" }).click();
    await expect(page.locator("plan-panel profit-curve svg")).toBeVisible();
    await expectAccessible(page, "plan");
    await page.getByRole("button", { name: "Edit the policy" }).click();
    await page.getByLabel("Cost of a contact").fill("much");
    await expect(page.locator("policy-panel .problem")).toBeVisible();
    await expectAccessible(page, "policy");
    await page.getByRole("button", { name: "Back to the list" }).click();
    await page.getByRole("button", { name: "Close the plan" }).click();
    await page.getByTitle("About this model").click();
    await expectAccessible(page, "model");
  });
}

for (const width of [360, 390]) {
  test(`fits a phone of ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 740 });
    const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    await openSample(page);
    expect(await overflow()).toBeLessThanOrEqual(0);
    await expect(grid(page)).toBeInViewport({ ratio: 0.9 });
    await expectAccessible(page, "table");

    await openCustomer(page, 2);
    expect(await overflow()).toBeLessThanOrEqual(0);
    const box = await panel(page).boundingBox();
    expect(box).toMatchObject({ x: 0, y: 0, width });
    await expect(panel(page).getByRole("heading", { level: 2 })).toBeFocused();
    await expectAccessible(page, "customer");
    await page.getByRole("button", { name: "Close the customer" }).click();
    await expect(grid(page)).toBeFocused();
  });
}

test("motion is reduced if the reader asks for that", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await openSample(page);
  await openCustomer(page, 0);
  const duration = await panel(page)
    .locator("tenure-waterfall .bar")
    .first()
    .evaluate((bar) => parseFloat(getComputedStyle(bar).transitionDuration));
  expect(duration).toBeLessThan(0.001);
});
