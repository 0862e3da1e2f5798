/**
 * Five tables of different shape, as companies export them: made up, the same on every machine. In
 * each, leaving depends on some of the columns, so that there is something to learn.
 */

import { createRequire } from "node:module";

const require = createRequire(new URL("../../pkg/package.json", import.meta.url));
const { parquetWriteBuffer } = await import(require.resolve("hyparquet-writer"));

const ROWS = 600;

/** A generator of numbers from 0 to 1 (mulberry32). */
function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function draws(seed) {
  const next = random(seed);
  return {
    share: next,
    whole: (from, to) => from + Math.floor(next() * (to - from + 1)),
    one: (...texts) => texts[Math.floor(next() * texts.length)],
    /** Whether a customer leaves whose log-odds are these. */
    leaves: (logit) => next() < 1 / (1 + Math.exp(-logit)),
  };
}

function telecom({ share, whole, one, leaves }, row) {
  const tenure = whole(0, 72);
  const contract = one("Month-to-month", "Month-to-month", "One year", "Two year");
  const charge = (20 + 90 * share()).toFixed(2);
  const internet = one("Fiber optic", "DSL", "No");
  const left = leaves(-0.6 - tenure / 24 + (contract === "Month-to-month" ? 1.6 : -1) + charge / 120);
  return {
    customerID: `${whole(1000, 9999)}-${row}`,
    tenure,
    Contract: contract,
    InternetService: internet,
    PaperlessBilling: one("Yes", "No"),
    PaymentMethod: one("Electronic check", "Mailed check", "Credit card (automatic)"),
    MonthlyCharges: charge,
    TotalCharges: tenure === 0 ? " " : (tenure * charge).toFixed(2),
    Churn: left ? "Yes" : "No",
  };
}

function bank({ share, whole, one, leaves }, row) {
  const age = whole(18, 80);
  const products = one(1, 1, 2, 2, 3);
  const active = one(0, 1);
  return {
    RowNumber: row + 1,
    CustomerId: 15_600_000 + ((row * 7919) % 99_991),
    Surname: one("Hill", "Onio", "Boni", "Mitchell", "Chu", "Bartlett", "Obinna", "He"),
    CreditScore: whole(350, 850),
    Geography: one("France", "Spain", "Germany"),
    Gender: one("Female", "Male"),
    Age: age,
    Balance: share() < 0.3 ? "0" : (200_000 * share()).toFixed(2),
    NumOfProducts: products,
    IsActiveMember: active,
    EstimatedSalary: (200_000 * share()).toFixed(2),
    Exited: Number(leaves(-3.2 + age / 22 - active + (products === 3 ? 1.5 : 0))),
  };
}

function shop({ share, whole, one, leaves }, row) {
  const orders = whole(1, 40);
  const days = whole(1, 400);
  const day = new Date(Date.UTC(2024, 5, 30) - days * 86_400_000);
  const date = `${String(day.getUTCDate()).padStart(2, "0")}.${String(day.getUTCMonth() + 1).padStart(2, "0")}.${day.getUTCFullYear()}`;
  return {
    Kunde: `K${100_000 + row}`,
    Bestellungen: orders,
    "Letzte Bestellung": date,
    Umsatz: (orders * (15 + 60 * share())).toFixed(2).replace(".", ","),
    Retouren: whole(0, Math.min(orders, 5)),
    Kanal: one("Web", "App", "Filiale"),
    Newsletter: one("ja", "nein"),
    churned: leaves(-2 + days / 110 - orders / 20),
  };
}

function subscription({ share, whole, one, leaves }, row) {
  const plan = one("free", "starter", "team", "enterprise");
  const logins = whole(0, 60);
  const seats = plan === "enterprise" ? whole(20, 200) : whole(1, 12);
  return {
    account_id: `acc_${(row * 48_271 + 11).toString(16).padStart(8, "0")}`,
    signup_date: new Date(Date.UTC(2021, 0, 1) + whole(0, 1200) * 86_400_000).toISOString().slice(0, 10),
    plan,
    seats,
    mrr: `$${(seats * (5 + 20 * share())).toFixed(2)}`,
    logins_30d: logins,
    support_tickets: one("", whole(0, 9)),
    status: leaves(0.6 - logins / 14 + (plan === "free" ? 1 : 0)) ? "canceled" : "active",
  };
}

function workforce({ share, whole, one, leaves }, row) {
  const years = whole(0, 30);
  const overtime = one("Yes", "No");
  const income = Math.round(2000 + 15_000 * share() ** 2);
  return {
    Age: whole(18, 60),
    Attrition: leaves(-1.2 - years / 12 + (overtime === "Yes" ? 1.4 : 0) - income / 12_000) ? "Yes" : "No",
    BusinessTravel: one("Travel_Rarely", "Travel_Frequently", "Non-Travel"),
    Department: one("Sales", "Research & Development", "Human Resources"),
    EmployeeCount: 1,
    EmployeeNumber: row + 1 + Math.floor(row / 3),
    JobSatisfaction: whole(1, 4),
    MonthlyIncome: income,
    OverTime: overtime,
    YearsAtCompany: years,
  };
}

const quoted = (cell, delimiter) => {
  const text = String(cell);
  return text.includes(delimiter) || text.includes('"') ? `"${text.replaceAll('"', '""')}"` : text;
};

/** Text of a table, one object to a row. */
export function csv(rows, delimiter = ",") {
  const line = (cells) => cells.map((cell) => quoted(cell, delimiter)).join(delimiter);
  return [line(Object.keys(rows[0])), ...rows.map((row) => line(Object.values(row))), ""].join("\n");
}

/** A table as a Parquet file: numbers, booleans and texts as a data frame holds them. */
export function parquet(rows) {
  const columns = Object.keys(rows[0]).map((name) => {
    const cells = rows.map((row) => row[name]);
    if (cells.every((cell) => typeof cell === "boolean")) return { name, data: cells, type: "BOOLEAN" };
    const texts = cells.map((cell) => String(cell).trim());
    if (texts.some((text) => Number.isNaN(Number(text)))) return { name, data: texts, type: "STRING" };
    return { name, data: texts.map((text) => (text === "" ? null : Number(text))), type: "DOUBLE" };
  });
  return Buffer.from(parquetWriteBuffer({ columnData: columns }));
}

const table = (make, target, seed, delimiter) => {
  const draw = draws(seed);
  const rows = Array.from({ length: ROWS }, (_, row) => make(draw, row));
  return { target, rows, delimiter };
};

/** By name: the rows, the column that says who left, and the delimiter of the file. */
export const tables = {
  telecom: table(telecom, "Churn", 1),
  bank: table(bank, "Exited", 2),
  shop: table(shop, "churned", 3, ";"),
  subscription: table(subscription, "status", 4),
  workforce: table(workforce, "Attrition", 5),
};
