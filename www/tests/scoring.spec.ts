/** Tables: the sample, dropped files, broken lines, unusable files, and the CSV export. */
import { readFileSync } from "node:fs";
import {
  choose,
  columns,
  drop,
  expect,
  field,
  grid,
  header,
  line,
  lines,
  model,
  modelWithoutCard,
  open,
  openSample,
  panel,
  probability,
  row,
  share,
  table,
  test,
} from "./page";

test("opens with the demo model and scores the sample by risk", async ({ page }) => {
  await openSample(page);
  await expect(grid(page)).toHaveAttribute("aria-rowcount", String(lines.length + 1));
  const shares: number[] = [];
  for (let place = 0; place < 12; place++) shares.push(share(await row(page, place).innerText()));
  expect(shares).toEqual([...shares].sort((left, right) => right - left));
  expect(shares[0]).toBeGreaterThan(0.5);

  const tiers = page.getByRole("group", { name: "Filter by tier" }).getByRole("button");
  const counts = (await tiers.allInnerTexts()).map((text) =>
    Number(/[\d,]+$/.exec(text.trim())![0].replaceAll(",", "")),
  );
  expect(counts.reduce((sum, count) => sum + count)).toBe(lines.length);
  await expect(row(page, 0).locator(".reason")).toContainText(/[+−]/);
});

test("a dropped table is scored, and its bad lines are listed by line and field", async ({ page }) => {
  await open(page);
  const rows = [
    line(0),
    line(1, { tenure: "abc" }),
    line(2, { tenure: "-5" }),
    line(3),
    `${line(4)},more,cells`,
    "",
    line(5, { Contract: "Handshake" }),
    line(6, { tenure: "1,5" }),
  ];
  await drop(page, table(rows));

  await page.getByRole("button", { name: /lines not scored/ }).click();
  const problems = page.getByRole("complementary", { name: "Problems" });
  await expect(problems.getByRole("heading", { name: "4 lines not scored" })).toBeVisible();
  const text = async (lineNumber: number) =>
    problems
      .getByRole("row")
      .filter({ has: page.getByRole("button", { name: `Open line ${lineNumber}`, exact: true }) })
      .innerText();
  expect(await text(3)).toMatch(/Tenure.*abc.*type/is);
  expect(await text(4)).toMatch(/Tenure.*-5.*bounds/is);
  expect(await text(6)).toMatch(/whole line.*number of cells/is);
  // The blank line 7 counts as a line but not as a customer.
  expect(await text(8)).toMatch(/Contract.*Handshake.*unseen_category/is);
  expect(await text(9)).toMatch(/whole line.*number of cells/is);
  await expect(grid(page)).toHaveAttribute("aria-rowcount", "8");

  await test.step("a line with too many cells is not scored", async () => {
    await problems.getByRole("button", { name: "Open line 6", exact: true }).click();
    await expect(panel(page).getByText(/Correct this line.*The number of cells is 23/)).toBeVisible();
    await expect(probability(page)).toHaveCount(0);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: /lines not scored/ }).click();
  });

  await test.step("a bad value can be corrected by hand", async () => {
    await problems.getByRole("button", { name: "Open line 3", exact: true }).click();
    await expect(panel(page).getByText(/^Not scored/)).toBeVisible();
    const input = field(page, "tenure");
    await expect(input).toHaveValue("abc");
    await expect(input).toHaveAttribute("aria-invalid", "true");
    await input.fill("12");
    await expect(probability(page)).toHaveText(/%$/);
  });
});

test("lines inside quotes, semicolons, a byte order mark and CRLF are read", async ({ page }) => {
  await open(page);
  const cells = (text: string) => text.split(",").join(";");
  const noted = cells(line(1)).replace(/^[^;]*/, '"two\nlines"');
  const text = `\ufeff${cells(header)}\r\n${cells(line(0))}\r\n${noted}\r\n${cells(line(2, { tenure: "x" }))}\r\n`;
  await choose(page, text);
  await expect(grid(page)).toHaveAttribute("aria-rowcount", "4");
  await expect(page.getByRole("button", { name: /1 line not scored/ })).toBeVisible();
  await page.getByRole("button", { name: /1 line not scored/ }).click();
  // The break inside the quotes moves the third customer from line 4 to line 5.
  await expect(page.getByRole("button", { name: "Open line 5" })).toBeVisible();
});

const renamed = header.replace("MonthlyCharges", "Monthly_Charge");
for (const [what, name, content, message] of [
  ["an empty file", "empty.csv", "", /empty\.csv is empty/],
  ["blank lines only", "blank.csv", "\n\n \n", /blank\.csv is empty/],
  ["a header alone", "header.csv", `${header}\n`, /has no customers/],
  ["no header", "bare.csv", [line(0), line(1)].join("\n"), /does the first line name the columns\?/],
  ["another table", "other.csv", "a,b,c\nx,y,z\n", /not a table for this model/],
  ["an archive", "book.csv", "PK\u0003\u0004rest", /is not a table.*unpack it/s],
  ["a column twice", "twice.csv", `${header},Contract\n${line(0)},x\n`, /names a column more than once.*"Contract"/s],
  [
    "an unclosed quote",
    "quote.csv",
    `${header}\n${line(0)}\n"${line(1)}\n`,
    /unclosed quote.*Line 3: a quote opens here/s,
  ],
  ["a missing column", "renamed.csv", [renamed, line(0)].join("\n"), /is missing 1 column/],
] as const) {
  test(`${what} is refused with a reason`, async ({ page }) => {
    await open(page);
    await choose(page, content, name);
    const alert = page.getByRole("alert");
    await expect(alert).toContainText(message);
    if (what === "a missing column")
      await expect(alert.getByLabel("Column for MonthlyCharges")).toHaveValue("Monthly_Charge");
    // The next file works.
    await choose(page, table([line(0)]));
    await expect(row(page, 0)).toBeVisible();
  });
}

test("a model whose card says nothing scores", async ({ page }) => {
  await open(page);
  await page
    .getByLabel("Model", { exact: true })
    .setInputFiles({ name: "bare.safetensors", mimeType: "application/octet-stream", buffer: modelWithoutCard });
  await choose(page, table([line(0)]));
  await expect(row(page, 0)).toBeVisible();
});

test("search, tiers and sorting select what is shown", async ({ page }) => {
  await openSample(page);
  const lowest = page
    .getByRole("group", { name: "Filter by tier" })
    .getByRole("button")
    .filter({ hasNotText: /\D0\s*$/ })
    .last();
  await lowest.click();
  await expect(lowest).toHaveAttribute("aria-pressed", "true");
  const tier = (await lowest.innerText()).split("\n")[0]!;
  await expect(row(page, 0)).toContainText(tier);
  await page.getByRole("button", { name: "Show all" }).click();

  await page.getByRole("button", { name: "Risk", exact: true }).click();
  await expect(page.getByRole("columnheader", { name: "Risk" })).toHaveAttribute("aria-sort", "ascending");
  await expect(row(page, 0)).toContainText(tier);
  await page.getByRole("searchbox").fill("no such customer");
  await expect(page.getByText("No customers match.")).toBeVisible();
});

test("the export holds the original columns and the scores, and escapes formulas", async ({ page }) => {
  await open(page);
  const id = columns[0]!;
  const rows = [
    line(0, { [id]: "=1+1" }),
    line(1, { tenure: "abc" }),
    line(2, { [id]: "-7" }),
    line(3, { [id]: "@SUM(A1)" }),
  ];
  await choose(page, table(rows));
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export CSV" }).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe("customers.scored.csv");
  const exported = readFileSync(await file.path(), "utf8")
    .trimEnd()
    .split("\r\n");
  expect(exported[0]).toBe(`${header},probability,tier,problems`);
  expect(exported).toHaveLength(5);
  const of = (start: string) => exported.find((text) => text.startsWith(start))!;
  expect(of("'=1+1")).toMatch(/,0\.\d{6},[A-Z]\w*,$/);
  expect(of("'@SUM")).toBeTruthy();
  expect(of("-7,")).toBeTruthy();
  expect(exported.at(-1)).toContain("abc");
  expect(exported.at(-1)).toMatch(/,,,.*tenure/);
});

test("another model can be chosen, and a broken one is refused", async ({ page }) => {
  await openSample(page);
  const first = await row(page, 0).innerText();
  const input = page.getByLabel("Model", { exact: true });
  await input.setInputFiles({ name: "same.safetensors", mimeType: "application/octet-stream", buffer: model });
  await expect(row(page, 0)).toContainText(first.split("\n")[1]!);

  await input.setInputFiles({
    name: "cut.safetensors",
    mimeType: "application/octet-stream",
    buffer: model.subarray(0, 500),
  });
  await expect(page.getByRole("alert")).toContainText(/cut\.safetensors is not a usable model.*artifact_/s);
  // The table that was open is still there.
  await page.getByRole("button", { name: /^Back to/ }).click();
  await expect(row(page, 0)).toContainText(first.split("\n")[1]!);
});

test("without a demo the page says so and takes another model", async ({ page }) => {
  await page.route("**/demo/*", (route) => route.fulfill({ status: 404, body: "" }));
  await page.goto("./");
  await expect(page.getByRole("alert")).toContainText("This page has no demo");
  await page
    .getByLabel("Model", { exact: true })
    .setInputFiles({ name: "own.safetensors", mimeType: "application/octet-stream", buffer: model });
  await expect(page.getByRole("alert")).toHaveCount(0);
  await choose(page, table([line(0)]));
  await expect(row(page, 0)).toBeVisible();
});
