import { defineConfig } from "@playwright/test";

const PORT = Number(process.env["TENURE_PAGE_PORT"] ?? 4318);

export default defineConfig({
  testDir: "tests",
  // Outside www/, so that a test run does not make the page look changed.
  outputDir: "../target/page-tests",
  workers: 1,
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
      // Debian's Chromium; Playwright's own download is not needed.
      executablePath: process.env["TENURE_CHROMIUM"] ?? process.env["CHROMIUM"] ?? "/usr/bin/chromium",
      args: ["--no-sandbox"],
    },
    // Traces are written while contexts of other pages close, and failed tests that had passed.
    trace: "off",
  },
  webServer: {
    command: `vite preview --port ${PORT} --strictPort`,
    url: `http://127.0.0.1:${PORT}/`,
    stdout: "ignore",
  },
});
