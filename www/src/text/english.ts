/** The page's texts in English. Its keys are those of every language. */
import { type FailureTexts, withQuotes } from "./failure";
import { formatBytes, formatCount } from "./numbers";

/** What a record of a file is called: workbooks have rows, text has lines. */
export type Unit = "line" | "row";

const counted = (count: number, one: string, many = `${one}s`) => `${formatCount(count)} ${count === 1 ? one : many}`;
const capital: Record<Unit, string> = { line: "Line", row: "Row" };

const failures: FailureTexts = {
  noHeader: ({ name, first }) => ({
    title: `${name} has no header line`,
    detail: `The first line must name the columns, but it contains values: ${first}. Add a line with the column names.`,
  }),
  oneColumn: ({ name, first }) => ({
    title: `${name} is not a table`,
    detail: `Its first line has only one column: ${first}. Separate the column names with commas, semicolons, tabs or vertical bars.`,
  }),
  columns: ({ name, needed, missing }) => ({
    title:
      missing.length === needed
        ? `${name} is not a table for this model`
        : `${name} is missing ${counted(missing.length, "column")}`,
    detail: `The model needs ${counted(needed, "column")}, and the header does not name ${missing.length === 1 ? "the one" : "those"} below. Choose the column that holds the values, or choose another file.`,
  }),
  tooLarge: ({ name, bytes, most }) => ({
    title: `${name} is too large for the page`,
    detail: `It has ${formatBytes(bytes)} or more. The page keeps the whole table in memory and takes at most ${formatBytes(most)}, about three million customers. For a larger table use the command tenure score.`,
  }),
  refused: ({ name, rule, message }) => ({
    title: `${name} ${refusals[rule] ?? "cannot be read"}`,
    message,
  }),
  notScored: ({ name, message }) => ({
    title: `${name} could not be scored`,
    message,
  }),
  noWorker: ({ name }) => ({
    title: `${name} could not be scored`,
    detail: "The worker did not start. Reload the page and try again.",
  }),
  modelTooLarge: ({ name, bytes, most }) => ({
    title: `${name} is not a Tenure model`,
    detail: `It has ${formatBytes(bytes)}. A model has at most ${formatBytes(most)}, and usually less than 1 MB. Choose a file that the command tenure train wrote.`,
  }),
  modelUnusable: ({ name, message }) => ({
    title: `${name} is not a usable model`,
    message,
  }),
  cannotRun: ({ message }) => ({
    title: "This browser cannot run the model",
    message,
  }),
  demoUnreachable: ({ message }) => ({
    title: "The demo could not be loaded",
    detail: "Check the connection and reload the page.",
    message,
  }),
  noDemo: ({ path, status }) => ({
    title: "This page has no demo",
    detail: `The server answered ${path} with status ${status}. Choose a model and a table of your own, or build the demo with cargo xtask demo.`,
  }),
  notKept: ({ message }) => ({
    title: "The table could not be kept on this device",
    message,
  }),
  unexpected: ({ message }) => ({ title: "Something went wrong", message }),
};

/** What a refused file is or has, behind its name, by the rule that is broken. */
const refusals: Record<string, string> = {
  not_empty: "is empty",
  rows: "has no customers",
  header: "has no header line",
  unique_columns: "names a column more than once",
  format: "is not a table",
  encoding: "has an encoding that is not read",
  delimiter: "has lines that do not fit its header",
  closed_quotes: "has an unclosed quote",
  record_length: "has a row that is too long",
  size: "unpacks to far more than its size",
  undamaged: "is damaged",
};

export const english = {
  title: "Tenure: who is likely to leave, and why",
  startPage: "Tenure, start page",
  aboutModel: "About this model",
  demo: (name: string) => `${name} (demo)`,
  demoModel: "The demo model",
  newTable: "New table",
  language: "Language",
  toLight: "Switch to light colours",
  toDark: "Switch to dark colours",
  staysHere: "Your data stays on this device. The page cannot connect to other servers, and it works offline.",
  dropHere: "Drop the file to score it",
  customerTable: "Customer table",
  model: "Model",
  newVersion: "A new version of Tenure is ready.",
  reload: "Reload",
  later: "Later",
  close: "Close",
  cancel: "Cancel",

  lead: "Who is likely to leave, and why",
  pitch:
    "Drop a customer table. Every customer gets a calibrated probability and an exact explanation, computed on this device.",
  dropFile: "Drop a table here, or choose one",
  chooseTable: "Choose a table",
  chooseModel: "Choose a model",
  useSample: "Use the sample table",
  formats:
    "CSV, TSV and other delimited text, also compressed as .gz, and Excel workbooks (.xlsx). The first line must name the columns. You can also drop a model file (.safetensors).",
  waits: (name: string) => `${name} is scored as soon as the model is ready.`,
  otherModel: "Use another model",
  requiredColumns: (count: number) => `Required columns (${formatCount(count)})`,
  requiredColumn: "Required column",
  columnOfTable: "Column of the table",
  columnFor: (field: string) => `Column for ${field}`,
  noColumnChosen: "Choose a column",
  scoreWithColumns: "Score with these columns",
  backTo: (name: string) => `Back to ${name}`,
  keepTable: "Keep the table on this device, so that it is still here after a reload",
  kept: (name: string) => `${name} is kept on this device.`,
  keep: "Keep on this device",
  forget: "Forget it",
  forgotten: "The table is no longer kept on this device",

  scored: (name: string) => `${name}, scored`,
  scoring: (name: string) => `Scoring ${name}`,
  percentScored: (percent: number) => `${percent} percent scored`,
  speed: (rows: number, rowsPerSecond: number) =>
    `${counted(rows, "customer")}, ${formatCount(Math.round(rowsPerSecond))} rows/s`,
  notScoredSoFar: (rows: number, unit: Unit) => `${counted(rows, unit)} not scored so far`,
  saidScored: (rows: number, fatal: number, unit: Unit) =>
    `${counted(rows, "customer")} scored, ${counted(fatal, unit)} not scored`,
  saidCancelled: "Scoring was cancelled",
  saidReady: (model: string) => `Model ${model} is ready`,
  saidExported: (rows: number) => `${counted(rows, "row")} exported`,

  searchCustomers: "Search customers",
  searchIn: (name: string) => `Search ${name}`,
  sheet: "Sheet",
  segment: "Segment",
  allCustomers: "All customers",
  otherValue: "other",
  unknownValue: "unknown",
  valueWithCount: (value: string, count: number) => `${value} (${formatCount(count)})`,
  shown: (count: number) => `${counted(count, "customer")} shown`,
  showAll: "Show all",
  noMatch: "No customers match.",
  drivers: "Drivers",
  driversTitle: "Show which fields drive the scores of these customers",
  export: "Export CSV",
  exportTitle:
    "Export the rows shown, in this order, with probability, tier and problems. Text that a spreadsheet would run as a formula gets an apostrophe in front.",
  exportReasons: "With reasons",
  exportReasonsTitle: "Export the same with the three strongest reasons of each customer",
  explaining: (share: string) => `Reasons: ${share}`,
  cancelExport: "Cancel the export",
  printed: (count: number) =>
    `Only the rows in view are printed. Export the table to get all ${counted(count, "row")}.`,
  panels: {
    customer: "Customer",
    findings: "Problems",
    drivers: "Drivers",
    compare: "Comparison",
    plan: "Who to call",
    policy: "Policy",
    drift: "Drift",
  },

  call: "Who to call",
  callTitle: "Show which of these customers to make which offer today",
  planHeading: "Who to call today",
  closePlan: "Close the plan",
  planning: "Planning…",
  noOffers: "The policy of this model has no offers, so there is nothing to choose from.",
  editPolicy: "Edit the policy",
  customersWithOffer: "Customers with an offer",
  offersCost: "They cost",
  offersKeep: "Value they keep",
  expectedProfit: "Expected profit",
  levers: "Limits and assumptions",
  atMost: "Offers, at most",
  budget: "Budget",
  noLimit: "no limit",
  asNumber: (label: string) => `${label}, as a number`,
  worth: "What a customer is worth",
  costs: "Costs of offers and contacts",
  holdout: "Held out by chance",
  ofPolicy: (share: string) => `${share} of the policy`,
  noIdentifier: "The table has no identifier, so nobody can be held out.",
  asInPolicy: "As in the policy",
  profitCurve: "Profit by the share contacted",
  largestProfitFirst: "largest expected profit first",
  highestRiskFirst: "highest risk first",
  shareContacted: "customers contacted",
  bestShare: (share: string, profit: string, byRisk: string) =>
    `Without limits, contacting ${share} of the customers brings most: ${profit}. Those of the highest risk first bring ${byRisk} at best.`,
  riskIsNotUplift:
    "Risk is not uplift: a high probability of leaving does not say that an offer changes it. The effects of the offers are assumptions of the policy until a hold-out has measured them.",
  holdoutTells: (count: number, points: string) =>
    `About ${counted(count, "customer")} who would get an offer get none, by chance. Comparing who stays shows what the offers change, to within ±${points} points (95%).`,
  noHoldout:
    "Nobody is held out, so nothing will show what the offers changed. With a hold-out the customers without an offer are the comparison.",
  list: (count: number) => `The list: ${counted(count, "customer")}`,
  exportPlan: "Export the list",
  exportPlanTitle:
    "Export these customers with the offer, its expected profit, cost, and the reason that it answers, in percentage points. Text that a spreadsheet would run as a formula gets an apostrophe in front.",
  nobodyToCall: "No offer is worth its cost within these limits.",
  customer: "Customer",
  offer: "Offer",
  profit: "Expected profit",
  because: (label: string, value: string, points: string) => `${label} ${value}, ${points} points`,
  whatToDo: "What to offer",
  policyHeading: "The policy",
  closePolicy: "Back to the list",
  policyNote:
    "Amounts are numbers, or formulas over the fields of the model, as in 12 * MonthlyCharges * 0.4. An effect is the probability that an offer keeps a customer who would leave: a number from 0 to 1, a formula, or beta(6, 14). A policy in use lasts until another model is opened or the page is closed. It can be saved into a copy of the model file, and as a section of the schema file for the next training.",
  worthHeading: "Value and hold-out",
  policyLists: { offers: "Offers", reasons: "Groups of reasons", tiers: "Tiers by probability" },
  policyKeys: {
    value: "Value of a customer who stays",
    contact_cost: "Cost of a contact",
    fraction: "Held out, in percent",
    key: "Key of the hold-out",
    label: "Name for people",
    name: "Name for programs",
    cost: "Cost",
    effect: "Effect",
    eligible: "Only if",
    answers: "Answers (groups or fields)",
    capacity: "Capacity",
    cooldown: "Days since the last offer",
    fields: "Fields",
    from: "From, in percent",
    action: "What people do",
  },
  addEntry: { offers: "Add an offer", reasons: "Add a group", tiers: "Add a tier" },
  removeEntry: (name: string) => `Remove ${name}`,
  policyProblems: (count: number) => `${counted(count, "problem")}, named at the value that has it.`,
  policySound: "The core finds nothing wrong with it.",
  policyUsed: "This policy is in use.",
  usePolicy: "Use this policy",
  revertPolicy: "Discard the changes",
  policyModel: "Save into a model file",
  policyModelTitle: "Save a copy of the model file that has this policy",
  policyFile: "Save for the schema file",
  policyFileTitle: "Save the policy as the section that a schema file has",

  drift: "Drift",
  driftTitle: "Show what has moved since the model was trained",
  driftHeading: "What has moved since training",
  closeDrift: "Close the drift",
  profiles: "Profiles",
  chooseProfiles: "Choose profiles",
  comparing: "Comparing…",
  driftNoReference:
    "This model has no reference profile, because an older version of Tenure trained it. Train it again to compare.",
  driftOfTable: (name: string) =>
    `All customers of ${name}, beside the rows that the model was not fitted to. Drop a newer table or profiles to compare those.`,
  driftOfProfiles: (names: readonly string[]) =>
    `The sum of ${counted(names.length, "profile")}: ${names.join(", ")}. Drop others, or a newer table, to compare those.`,
  driftOfNothing: "Drop profiles (.json) or a table to compare.",
  driftOfTableInstead: "Compare the table",
  verdicts: { fine: "Nothing has moved.", drift: "Drift.", broken: "Broken data." },
  driftMoved: (fields: readonly string[], scores: boolean) => {
    const what = [...(scores ? ["the scores"] : []), ...fields];
    return what.length === 0
      ? "No field and no score differs from training by more than chance explains."
      : `These differ from training by more than chance explains: ${what.join(", ")}.`;
  },
  driftBroken: (isEmpty: boolean, fields: readonly string[]) =>
    isEmpty
      ? "There are no rows."
      : fields.length > 0
        ? `Missing, unseen or unreadable in a tenth of the rows more than in training: ${fields.join(", ")}.`
        : "A tenth of the rows more than in training has no score.",
  driftRows: (rows: number, before: number, days: readonly [string, string] | null) =>
    `${counted(rows, "row")}${days ? `, ${days[0]} to ${days[1]}` : ""}, beside ${counted(before, "row")} of the training table.`,
  driftBefore: "In training",
  driftNow: "Now",
  driftValues: "Values",
  driftFew: "1 to 19 rows",
  driftMore: (count: number) => `${counted(count, "value")} that moved less`,
  driftCells: {
    below: (edge: string) => `below ${edge}`,
    between: (low: string, high: string) => `${low} to below ${high}`,
    above: (edge: string) => `above ${edge}`,
    others: "all others",
    unseen: "unseen texts",
    missing: "missing",
    unreadable: "unreadable",
  },
  expectedNow: "Expected performance",
  expectedNote:
    "What to expect if the probabilities are still right. A change of what makes customers leave does not show here; only outcomes show that.",
  figure: "Figure",
  expectedFigures: {
    rate: "Share who leaves",
    rocAuc: "ROC-AUC",
    precision: "Precision at the threshold",
    recall: "Recall at the threshold",
    logLoss: "Log-loss",
  },
  movedFields: (count: number) => `Moved: ${counted(count, "field")}`,
  unmovedFields: (count: number) => `Not moved: ${counted(count, "field")}`,
  theScores: "The scores",
  scoreBin: (bin: number, of: number) =>
    bin === 1 ? "lowest scores" : bin === of ? "highest scores" : `bin ${bin} of ${of}`,
  meanScore: (before: string, now: string) => `Mean probability ${now}, in training ${before}.`,
  distances: { populationStability: "PSI", jensenShannon: "Jensen-Shannon", wasserstein: "Wasserstein" },
  distance: (name: string, value: string, threshold: string) => `${name} ${value} (chance reaches ${threshold})`,
  inTheProfile: "What is in the profile",
  profileHolds: (fields: number, bins: number) =>
    `Counts alone: of ${counted(fields, "field")}, how many rows have which value or range of values, and of the scores how many are in each of ${counted(bins, "bin")}. No row, and no count of 1 to 19 rows.`,
  ruleCount: (rule: string, count: string) => `Values with a problem (${rule}): ${count}`,
  offerCount: (offer: string | null, count: string) =>
    offer === null ? `Decisions without an offer: ${count}` : `Decisions for ${offer}: ${count}`,
  saveProfile: "Save the profile of this table",

  customersScored: "Customers scored",
  inTime: (time: string) => `in ${time}`,
  expectedToLeave: "Expected to leave",
  filterByTier: "Filter by tier",
  between: (low: string, high: string) => `${low} to ${high}`,
  from: (low: string) => `from ${low}`,
  notScored: (rows: number, unit: Unit) => `${counted(rows, unit)} not scored`,
  notesOnValues: (count: number) => `${counted(count, "note")} on values`,
  noteOnFile: "A note on the file",
  shifts: "Not as in training",
  /** The core's message, or what is known of it, as one sentence. */
  shift: (shift: ShiftFacts) => withQuotes(shift.message),
  showField: (label: string) => `Show ${label}`,

  grid: "Customers by risk",
  unit: capital,
  unitNumber: (unit: Unit, number: number) => `${capital[unit]} ${number}`,
  risk: "Risk",
  tier: "Tier",
  reason: "Strongest reason",
  reasonTitle:
    "What sets this customer apart from the others of the same tier: + raises the risk more than there, − less",
  sortBy: (label: string) => `Sort by ${label}`,
  rowNotScored: "not scored",
  raisedBy: "more than others of the tier raised by",
  loweredBy: "less than others of the tier raised by",

  rankOf: (rank: string, of: string, place: string) => `Rank ${rank} of ${of}, ${place}`,
  placeNotScored: (place: string) => `${place}, not scored`,
  place: (unit: Unit, number: number) => `${unit} ${number}`,
  customersNav: "Customers",
  previousCustomer: "Previous customer",
  nextCustomer: "Next customer",
  closeCustomer: "Close the customer",
  brokenLine: (unit: Unit) => `Not scored. Correct this ${unit} and choose the file again.`,
  noExplanation: "A customer without a score has no explanation.",
  compare: "Compare with another customer",
  chooseOther: (name: string) => `Choose the customer to compare ${name} with in the table.`,
  stopComparing: "Do not compare",

  comparison: "Two customers side by side",
  closeComparison: "Close the comparison",
  openCustomer: (name: string) => `Open ${name}`,
  field: "Field",
  value: "Value",
  contribution: "Contribution",
  onlyDifferences: "Only fields that differ",
  sameValues: "Both customers have the same values.",
  compareNote:
    "A contribution is a Shapley value in percentage points. The fields come in the order of the difference between the two contributions. They show what the model associates with leaving, not what causes it.",

  problemsIn: (name: string) => `Problems in ${name}`,
  closeProblems: "Close the problems",
  otherSheet: "Another sheet can be chosen above the table.",
  notScoredExplained: (unit: Unit) =>
    `All other ${unit}s are scored. Choose a ${unit} number to correct the values of that ${unit}.`,
  notesOnScored: (count: number, unit: Unit) => `${counted(count, "note")} on scored ${unit}s`,
  notesExplained: (unit: Unit) => `These ${unit}s are scored, but some of their values needed special treatment.`,
  byField: "By field",
  /** The core's message, or what is known of it. */
  summary: (summary: SummaryFacts) => withQuotes(summary.message),
  rule: "Rule",
  wholeUnit: (unit: Unit) => `whole ${unit}`,
  empty: "empty",
  onlyField: (label: string) => `Only problems of ${label}.`,
  allFields: "Show all fields",
  showMore: (count: number) => `Show ${formatCount(count)} more`,

  driversHeading: "What drives these scores",
  closeDrivers: "Close the drivers",
  device: "Device",
  devices: { auto: "Automatic", cpu: "CPU", webgpu: "WebGPU" },
  cancelled: "Cancelled.",
  startAgain: "Start again",
  noneScored: "None of the customers shown has a score.",
  explainingHere: (count: number) => `Explaining ${counted(count, "customer")} on this device`,
  explained: (rows: number, of: number, error: string | undefined, time: string) =>
    `${rows < of ? `A random sample of ${formatCount(rows)} of ${counted(of, "customer")}` : counted(rows, "customer")}, explained ${error === undefined ? "exactly" : `with a standard error of at most ${error}`} in ${time}. Dots to the right of the line raise the score; dots to the left lower it.`,
  lowValue: "low value",
  highValue: "high value",
  byContribution: "Fields by mean absolute contribution, largest first",
  axis: (low: string, high: string) => `Contribution in log-odds, ${low} to ${high}`,
  meanContribution: "mean absolute contribution",
  showImportant: (count: number) => `Show the ${formatCount(count)} most important`,
  showFields: (count: number) => `Show all ${formatCount(count)} fields`,
  chooseField: "Choose a field to see how its contribution depends on its value.",
  driversNote:
    "These are Shapley values relative to the model’s reference customers. They show what the model associates with leaving, not what causes it.",
  dependenceOn: (label: string) => `Dependence on ${label}`,
  byValue: (label: string) => `${label}: contribution by value`,
  colouredBy: (label: string) => `Coloured by ${label}, from low (blue) to high (red).`,
  customersHead: "Customers",
  meanHead: "Mean contribution",

  predicts: "Predicts",
  inputs: "Inputs",
  inputCount: (count: number) => counted(count, "field"),
  tiers: "Tiers",
  tierFrom: (label: string, from: string) => `${label} from ${from}`,
  size: "Size",
  measuredOn: (rows: string) =>
    `Quality was measured on a test set of ${rows} customers that were not used for training.`,
  noCard: "The model card does not say how the model was made.",
  figures: {
    dataSet: "Data set",
    positiveRate: "Customers who left",
    rocAuc: "ROC-AUC on the test set",
    prAuc: "PR-AUC",
    logLoss: "Log-loss",
    brier: "Brier score",
    ece: "Calibration error",
  },
  customers: (count: number) => counted(count, "customer"),
  targetWhen: {
    present: (field: string) => `${field} is present`,
    missing: (field: string) => `${field} is missing`,
  },
  expects: {
    date: (format: string | undefined) => `date, such as 2024-01-31${format ? `, or ${format}` : ""}`,
    number: (low: number | undefined, high: number | undefined, unit: string | undefined) => {
      const range =
        low !== undefined && high !== undefined
          ? ` ${low} to ${high}`
          : low !== undefined
            ? ` from ${low}`
            : high !== undefined
              ? ` up to ${high}`
              : "";
      return `number${range}${unit ? `, ${unit}` : ""}`;
    },
    more: (shown: string, more: number) => `${shown} and ${formatCount(more)} more`,
  },
  failures,
};

/** A field that is not as in training, as the core tells it, with its label. */
export interface ShiftFacts {
  label: string;
  rule: "missing" | "unseen_category";
  rows: number;
  /** Share of the rows that were scored, 0 to 1. */
  share: number;
  examples: readonly string[];
  message: string;
}

/** The rows in which a field breaks a rule, as the core tells it. */
export interface SummaryFacts {
  label: string;
  /** The rule in the page's language; the core's words if there are none. */
  rule: string;
  rows: number;
  examples: readonly string[];
  message: string;
}

export type Texts = typeof english;
