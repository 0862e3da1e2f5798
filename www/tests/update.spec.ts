/**
 * A newer build is offered, applied on request, and leaves no old files behind. The test serves and
 * changes a copy.
 */
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "@playwright/test";

const types: Record<string, string> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
};
let folder: string;
let server: Server;

test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tenure-page-"));
  await cp(fileURLToPath(new URL("../dist", import.meta.url)), folder, { recursive: true });
  server = createServer(async (request, response) => {
    const path = new URL(request.url!, "http://localhost").pathname;
    const file = join(folder, path === "/" ? "index.html" : path);
    try {
      const body = await readFile(file);
      response.writeHead(200, { "Content-Type": types[extname(file)] ?? "application/octet-stream" }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

test.afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

test("a new version is offered and replaces the old one whole", async ({ page }) => {
  const change = async (file: string, from: string | RegExp, to: string) => {
    await writeFile(join(folder, file), (await readFile(join(folder, file), "utf8")).replace(from, to));
  };
  const caches = () => page.evaluate(() => self.caches.keys());
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller?.state)).toBe("activated");
  const [first, ...others] = await caches();
  expect(others).toEqual([]);

  // The page itself writes its title, in its language.
  await change("index.html", /(name="description" content=")[^"]*/, "$1The next Tenure");
  const description = page.locator('meta[name="description"]');
  await change("sw.js", /"revision":"\w+"/, '"revision":"next"');
  await page.reload();
  // Until the reader accepts, all of the old version stays.
  await expect(page.getByText("A new version of Tenure is ready.")).toBeVisible();
  await expect(description).not.toHaveAttribute("content", "The next Tenure");
  await page.getByRole("button", { name: "Reload" }).click();
  await expect(description).toHaveAttribute("content", "The next Tenure");
  await expect.poll(caches).toEqual([first!.replace(/[^-]+$/, "next")]);
});
