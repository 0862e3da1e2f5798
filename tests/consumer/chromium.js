/** Headless Chromium with playwright-core: `CHROMIUM`, `TENURE_CHROMIUM`, or Debian's. */

import { existsSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(new URL("../../pkg/package.json", import.meta.url));
const { chromium } = require("playwright-core");

/** Starts the browser, with additional flags. */
export async function launch(flags = []) {
  const executablePath = process.env["CHROMIUM"] ?? process.env["TENURE_CHROMIUM"] ?? "/usr/bin/chromium";
  if (!existsSync(executablePath))
    throw new Error(`Chromium is not at ${executablePath}: install it, or set CHROMIUM to its path`);
  return chromium.launch({ executablePath, headless: true, args: ["--no-sandbox", "--headless", ...flags] });
}

/**
 * Opens an address in a new page, waits for text in its `output`, and returns it with the console's
 * messages.
 */
export async function outputOf(browser, address, patience = 20_000) {
  const page = await browser.newPage();
  const messages = [];
  page.on("console", (message) => messages.push(message.text()));
  page.on("pageerror", (error) => messages.push(String(error)));
  try {
    await page.goto(address);
    await page.waitForFunction(() => document.querySelector("output").value !== "", undefined, { timeout: patience });
    return { output: await page.locator("output").textContent(), messages };
  } catch (error) {
    throw new Error(`${address} shows nothing; the console says: ${messages.join(" | ")}`, { cause: error });
  } finally {
    await page.close();
  }
}
