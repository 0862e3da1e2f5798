import { defineConfig } from "@playwright/test";

const PORT = Number(process.env["TENURE_PAGE_PORT"] ?? 4318);

export default defineConfig({
  testDir: "tests",
  // Outside www/, so that a test run does not change the inputs of the page's build.
  outputDir: "../target/page-tests",
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  forbidOnly: process.env["CI"] === "true",
  reporter: "list",
  use: {
    baseURL: `http://127.0.0.1:${PORT}/`,
    browserName: "chromium",
    locale: "en-US",
    viewport: { width: 1440, height: 900 },
    launchOptions: {
      // Debian's Chromium, so that Playwright does not download its own.
      executablePath: process.env["TENURE_CHROMIUM"] ?? process.env["CHROMIUM"] ?? "/usr/bin/chromium",
      args: ["--no-sandbox"],
    },
    // Writing a trace while the contexts of other pages close made passing tests fail.
    trace: "off",
  },
  webServer: {
    command: `vite preview --port ${PORT} --strictPort`,
    url: `http://127.0.0.1:${PORT}/`,
    stdout: "ignore",
  },
});
