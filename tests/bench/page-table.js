/**
 * `node page-table.js CHROMIUM TABLE REPETITIONS NAME=DIST…`, for `cargo xtask bench page`: the time
 * that built pages take to read and score a table in headless Chromium, in turn, each run in a fresh
 * browser. Prints one JSON object: for each name the seconds of each run.
 *
 * `page` is the time from the choice of the file until its rows are shown, `worker` the life of the
 * page's table worker, which reads and scores. `frame` is the time of the page's own thread for a frame
 * of scrolling through the rows, in milliseconds.
 */

import { chromium } from "playwright-core";
import { serve } from "./chromium.js";

const FRAMES = 90;

const [executablePath, table, repetitions, ...pages] = process.argv.slice(2);

async function session(address) {
  const browser = await chromium.launch({ executablePath, headless: true, args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage();
    await page.goto(address);
    await page.getByRole("button", { name: "Choose a" }).isEnabled();
    const life = new Promise((resolve) => {
      page.on("worker", (worker) => {
        const started = performance.now();
        // The page has other workers, which live on.
        worker.on("close", () => resolve((performance.now() - started) / 1000));
      });
    });
    const started = performance.now();
    await page.getByLabel("Customer table").setInputFiles(table);
    const shown = page.getByRole("grid").waitFor({ timeout: 300_000 });
    const failed = page
      .getByRole("alert")
      .waitFor({ timeout: 300_000 })
      .then(async () => {
        throw new Error(await page.getByRole("alert").innerText());
      });
    failed.catch(() => undefined);
    await Promise.race([shown, failed]);
    const whole = (performance.now() - started) / 1000;
    const rows = Number(await page.getByRole("grid").getAttribute("aria-rowcount")) - 1;
    return { page: whole, worker: await life, frame: await scrolling(page), rows };
  } finally {
    await browser.close();
  }
}

/** Milliseconds of the page's own thread, other work on the machine left aside. */
async function scrolling(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const busy = async () =>
    (await session.send("Performance.getMetrics")).metrics.find(({ name }) => name === "TaskDuration").value;
  const before = await busy();
  await page.getByRole("grid").evaluate(async (element, frames) => {
    for (let frame = 0; frame < frames; frame++) {
      element.scrollTop += 120;
      await new Promise(requestAnimationFrame);
    }
  }, FRAMES);
  return (((await busy()) - before) * 1000) / FRAMES;
}

const figures = {};
for (let run = 0; run < Number(repetitions); run++) {
  for (const [name, folder] of pages.map((page) => page.split("="))) {
    const server = await serve(folder, folder);
    const { page, worker, frame, rows } = await session(`http://127.0.0.1:${server.address().port}/`);
    server.close();
    figures[name] ??= { page: [], worker: [], frame: [], rows };
    if (rows !== figures[name].rows) throw new Error(`${name} shows ${rows} rows, then ${figures[name].rows}`);
    figures[name].page.push(page);
    figures[name].worker.push(worker);
    figures[name].frame.push(frame);
  }
}
process.stdout.write(`${JSON.stringify(figures)}\n`);
