/** The page's texts in German. */
import type { Texts, Unit } from "./english";
import type { FailureTexts } from "./failure";
import { formatBytes, formatCount, formatPercent } from "./numbers";

const counted = (count: number, one: string, many: string) => `${formatCount(count)} ${count === 1 ? one : many}`;
const customers = (count: number) => counted(count, "Kunde", "Kunden");
const units = (count: number, unit: Unit) =>
  unit === "line" ? counted(count, "Zeile", "Zeilen") : `${counted(count, "Tabellenzeile", "Tabellenzeilen")}`;
const place = (unit: Unit, number: number) => `${unit === "line" ? "Zeile" : "Tabellenzeile"} ${number}`;

/** What a refused file is or has, behind its name, by the rule that is broken. */
const refusals: Record<string, string> = {
  not_empty: "ist leer",
  rows: "enthält keine Kunden",
  header: "hat keine Kopfzeile",
  unique_columns: "nennt eine Spalte mehrmals",
  format: "ist keine Tabelle",
  encoding: "hat eine Kodierung, die nicht gelesen wird",
  delimiter: "hat Zeilen, die nicht zur Kopfzeile passen",
  closed_quotes: "hat ein offenes Anführungszeichen",
  record_length: "hat eine zu lange Zeile",
  size: "entpackt sich zu weit mehr, als sie groß ist",
  undamaged: "ist beschädigt",
};

const failures: FailureTexts = {
  noHeader: ({ name, first }) => ({
    title: `${name} hat keine Kopfzeile`,
    detail: `Die erste Zeile muss die Spalten benennen, enthält aber Werte: ${first}. Fügen Sie eine Zeile mit den Spaltennamen hinzu.`,
  }),
  oneColumn: ({ name, first }) => ({
    title: `${name} ist keine Tabelle`,
    detail: `Die erste Zeile hat nur eine Spalte: ${first}. Trennen Sie die Spaltennamen mit Kommas, Semikolons, Tabulatoren oder senkrechten Strichen.`,
  }),
  columns: ({ name, needed, missing }) => ({
    title:
      missing.length === needed
        ? `${name} ist keine Tabelle für dieses Modell`
        : `In ${name} ${missing.length === 1 ? "fehlt eine Spalte" : `fehlen ${formatCount(missing.length)} Spalten`}`,
    detail: `Das Modell braucht ${counted(needed, "Spalte", "Spalten")}; die Kopfzeile nennt ${missing.length === 1 ? "diese" : "die folgenden"} nicht. Wählen Sie die Spalte mit den Werten, oder wählen Sie eine andere Datei.`,
  }),
  tooLarge: ({ name, bytes, most }) => ({
    title: `${name} ist zu groß für die Seite`,
    detail: `Die Datei hat ${formatBytes(bytes)} oder mehr. Die Seite hält die ganze Tabelle im Speicher und nimmt höchstens ${formatBytes(most)}, etwa drei Millionen Kunden. Für eine größere Tabelle gibt es den Befehl tenure score.`,
  }),
  refused: ({ name, rule, message }) => ({
    title: `${name} ${refusals[rule] ?? "kann nicht gelesen werden"}`,
    message,
  }),
  notScored: ({ name, message }) => ({ title: `${name} konnte nicht bewertet werden`, message }),
  noWorker: ({ name }) => ({
    title: `${name} konnte nicht bewertet werden`,
    detail: "Der Worker ist nicht gestartet. Laden Sie die Seite neu und versuchen Sie es noch einmal.",
  }),
  modelTooLarge: ({ name, bytes, most }) => ({
    title: `${name} ist kein Modell von Tenure`,
    detail: `Die Datei hat ${formatBytes(bytes)}. Ein Modell hat höchstens ${formatBytes(most)}, meist weniger als 1 MB. Wählen Sie eine Datei, die der Befehl tenure train geschrieben hat.`,
  }),
  modelUnusable: ({ name, message }) => ({ title: `${name} ist kein brauchbares Modell`, message }),
  cannotRun: ({ message }) => ({ title: "Dieser Browser kann das Modell nicht ausführen", message }),
  demoUnreachable: ({ message }) => ({
    title: "Das Beispiel konnte nicht geladen werden",
    detail: "Prüfen Sie die Verbindung und laden Sie die Seite neu.",
    message,
  }),
  noDemo: ({ path, status }) => ({
    title: "Diese Seite hat kein Beispiel",
    detail: `Der Server hat auf ${path} mit Status ${status} geantwortet. Wählen Sie ein eigenes Modell und eine eigene Tabelle, oder erzeugen Sie das Beispiel mit cargo xtask demo.`,
  }),
  notKept: ({ message }) => ({ title: "Die Tabelle konnte nicht auf diesem Gerät behalten werden", message }),
  unexpected: ({ message }) => ({ title: "Etwas ist schiefgegangen", message }),
};

export const german: Texts = {
  title: "Tenure: wer wahrscheinlich geht, und warum",
  startPage: "Tenure, Startseite",
  aboutModel: "Über dieses Modell",
  demo: (name) => `${name} (Beispiel)`,
  demoModel: "Das Beispielmodell",
  newTable: "Neue Tabelle",
  language: "Sprache",
  toLight: "Zu hellen Farben wechseln",
  toDark: "Zu dunklen Farben wechseln",
  staysHere:
    "Ihre Daten bleiben auf diesem Gerät. Die Seite kann keine anderen Server erreichen und funktioniert ohne Netz.",
  dropHere: "Datei hier ablegen",
  customerTable: "Kundentabelle",
  model: "Modell",
  newVersion: "Eine neue Version von Tenure ist bereit.",
  reload: "Neu laden",
  later: "Später",
  close: "Schließen",
  cancel: "Abbrechen",

  lead: "Wer wahrscheinlich geht, und warum",
  pitch:
    "Legen Sie eine Kundentabelle ab. Jeder Kunde bekommt eine kalibrierte Wahrscheinlichkeit und eine exakte Erklärung, auf diesem Gerät berechnet.",
  dropFile: "Tabelle hier ablegen oder auswählen",
  chooseTable: "Tabelle auswählen",
  chooseModel: "Modell auswählen",
  useSample: "Beispieltabelle verwenden",
  formats:
    "CSV, TSV und anderer Text mit Trennzeichen, auch als .gz komprimiert, und Excel-Mappen (.xlsx). Die erste Zeile muss die Spalten benennen. Sie können auch eine Modelldatei (.safetensors) ablegen.",
  waits: (name) => `${name} wird bewertet, sobald das Modell bereit ist.`,
  otherModel: "Anderes Modell verwenden",
  requiredColumns: (count) => `Benötigte Spalten (${formatCount(count)})`,
  requiredColumn: "Benötigte Spalte",
  columnOfTable: "Spalte der Tabelle",
  columnFor: (field) => `Spalte für ${field}`,
  noColumnChosen: "Spalte wählen",
  scoreWithColumns: "Mit diesen Spalten bewerten",
  backTo: (name) => `Zurück zu ${name}`,
  keepTable: "Die Tabelle auf diesem Gerät behalten, damit sie nach dem Neuladen noch da ist",
  kept: (name) => `${name} bleibt auf diesem Gerät.`,
  keep: "Auf diesem Gerät behalten",
  forget: "Vergessen",
  forgotten: "Die Tabelle wird nicht mehr auf diesem Gerät behalten",

  scored: (name) => `${name}, bewertet`,
  scoring: (name) => `${name} wird bewertet`,
  percentScored: (percent) => `${percent} Prozent bewertet`,
  speed: (rows, rowsPerSecond) => `${customers(rows)}, ${formatCount(Math.round(rowsPerSecond))} Zeilen/s`,
  notScoredSoFar: (rows, unit) => `bisher ${units(rows, unit)} nicht bewertet`,
  saidScored: (rows, fatal, unit) => `${customers(rows)} bewertet, ${units(fatal, unit)} nicht bewertet`,
  saidCancelled: "Die Bewertung wurde abgebrochen",
  saidReady: (model) => `Das Modell ${model} ist bereit`,
  saidExported: (rows) => `${counted(rows, "Zeile", "Zeilen")} exportiert`,

  searchCustomers: "Kunden suchen",
  searchIn: (name) => `In ${name} suchen`,
  sheet: "Blatt",
  segment: "Segment",
  allCustomers: "Alle Kunden",
  otherValue: "Sonstiges",
  unknownValue: "nicht bekannt",
  valueWithCount: (value, count) => `${value} (${formatCount(count)})`,
  shown: (count) => `${customers(count)} gezeigt`,
  showAll: "Alle zeigen",
  noMatch: "Kein Kunde passt dazu.",
  drivers: "Treiber",
  driversTitle: "Zeigen, welche Felder die Werte dieser Kunden bestimmen",
  export: "Als CSV exportieren",
  exportTitle:
    "Die gezeigten Zeilen in dieser Reihenfolge exportieren, mit Wahrscheinlichkeit, Stufe und Problemen. Text, den eine Tabellenkalkulation als Formel ausführen würde, bekommt einen Apostroph voran.",
  exportReasons: "Mit Gründen",
  exportReasonsTitle: "Dasselbe mit den drei stärksten Gründen jedes Kunden exportieren",
  explaining: (share) => `Gründe: ${share}`,
  cancelExport: "Export abbrechen",
  printed: (count) =>
    `Nur die sichtbaren Zeilen werden gedruckt. Der Export enthält ${count === 1 ? "die Zeile" : `alle ${formatCount(count)} Zeilen`}.`,
  panels: {
    customer: "Kunde",
    findings: "Probleme",
    drivers: "Treiber",
    compare: "Vergleich",
    plan: "Wen anrufen",
    policy: "Regeln",
    drift: "Drift",
  },

  call: "Wen anrufen",
  callTitle: "Zeigen, welchem dieser Kunden heute welches Angebot zu machen ist",
  planHeading: "Wen man heute anruft",
  closePlan: "Plan schließen",
  planning: "Es wird geplant …",
  noOffers: "Die Regeln dieses Modells haben keine Angebote, also gibt es nichts auszuwählen.",
  editPolicy: "Regeln bearbeiten",
  customersWithOffer: "Kunden mit Angebot",
  offersCost: "Kosten",
  offersKeep: "Gehaltener Wert",
  expectedProfit: "Erwarteter Gewinn",
  levers: "Grenzen und Annahmen",
  atMost: "Angebote, höchstens",
  budget: "Budget",
  noLimit: "keine Grenze",
  asNumber: (label) => `${label}, als Zahl`,
  worth: "Was ein Kunde wert ist",
  costs: "Kosten der Angebote und Kontakte",
  holdout: "Kontrollgruppe durch Zufall",
  ofPolicy: (share) => `${share} der Regeln`,
  noIdentifier: "Die Tabelle hat keine Kennung, also kann es keine Kontrollgruppe geben.",
  asInPolicy: "Wie in den Regeln",
  profitCurve: "Gewinn nach dem Anteil der Kontaktierten",
  largestProfitFirst: "größter erwarteter Gewinn zuerst",
  highestRiskFirst: "höchstes Risiko zuerst",
  shareContacted: "kontaktierte Kunden",
  bestShare: (share, profit, byRisk) =>
    `Ohne Grenzen bringt es am meisten, ${share} der Kunden zu kontaktieren: ${profit}. Wer mit dem höchsten Risiko beginnt, kommt höchstens auf ${byRisk}.`,
  riskIsNotUplift:
    "Risiko ist nicht Wirkung: Eine hohe Wahrscheinlichkeit der Abwanderung sagt nicht, dass ein Angebot sie ändert. Die Wirkungen der Angebote sind Annahmen der Regeln, bis eine Kontrollgruppe sie gemessen hat.",
  holdoutTells: (count, points) =>
    `Etwa ${customers(count)}, für ${count === 1 ? "den" : "die"} sich ein Angebot lohnt, ${count === 1 ? "bekommt" : "bekommen"} durch Zufall keines. Der Vergleich, wer bleibt, zeigt auf ±${points} Prozentpunkte genau, was die Angebote ändern (95 %).`,
  noHoldout:
    "Es gibt keine Kontrollgruppe, also wird nichts zeigen, was die Angebote geändert haben. Kunden, die durch Zufall kein Angebot bekommen, wären der Vergleich.",
  list: (count) => `Die Liste: ${customers(count)}`,
  exportPlan: "Liste exportieren",
  exportPlanTitle:
    "Diese Kunden mit dem Angebot, dessen erwartetem Gewinn und Kosten und dem Grund exportieren, auf den es antwortet, in Prozentpunkten. Text, den eine Tabellenkalkulation als Formel ausführen würde, bekommt einen Apostroph voran.",
  nobodyToCall: "Innerhalb dieser Grenzen ist kein Angebot seine Kosten wert.",
  customer: "Kunde",
  offer: "Angebot",
  profit: "Erwarteter Gewinn",
  because: (label, value, points) => `${label} ${value}, ${points} Prozentpunkte`,
  whatToDo: "Was anzubieten ist",
  policyHeading: "Die Regeln",
  closePolicy: "Zurück zur Liste",
  policyNote:
    "Beträge sind Zahlen oder Formeln über die Felder des Modells, etwa 12 * MonthlyCharges * 0.4. Eine Wirkung ist die Wahrscheinlichkeit, dass ein Angebot einen Kunden hält, der sonst ginge: eine Zahl von 0 bis 1, eine Formel, oder beta(6, 14). Verwendete Regeln gelten, bis ein anderes Modell geöffnet oder die Seite geschlossen wird. Sie können in einer Kopie der Modelldatei gespeichert werden, und als Abschnitt der Schemadatei für das nächste Training.",
  worthHeading: "Wert und Kontrollgruppe",
  policyLists: { offers: "Angebote", reasons: "Gruppen von Gründen", tiers: "Stufen nach Wahrscheinlichkeit" },
  policyKeys: {
    value: "Wert eines Kunden, der bleibt",
    contact_cost: "Kosten eines Kontakts",
    fraction: "Kontrollgruppe, in Prozent",
    key: "Schlüssel der Kontrollgruppe",
    label: "Name für Menschen",
    name: "Name für Programme",
    cost: "Kosten",
    effect: "Wirkung",
    eligible: "Nur wenn",
    answers: "Antwortet auf (Gruppen oder Felder)",
    capacity: "Kapazität",
    cooldown: "Tage seit dem letzten Angebot",
    fields: "Felder",
    from: "Ab, in Prozent",
    action: "Was Menschen tun",
  },
  addEntry: { offers: "Angebot hinzufügen", reasons: "Gruppe hinzufügen", tiers: "Stufe hinzufügen" },
  removeEntry: (name) => `${name} entfernen`,
  policyProblems: (count) => `${counted(count, "Problem", "Probleme")}, genannt bei dem Wert, der es hat.`,
  policySound: "Der Kern findet keinen Fehler darin.",
  policyUsed: "Diese Regeln werden verwendet.",
  usePolicy: "Diese Regeln verwenden",
  revertPolicy: "Änderungen verwerfen",
  policyModel: "In eine Modelldatei speichern",
  policyModelTitle: "Eine Kopie der Modelldatei speichern, die diese Regeln hat",
  policyFile: "Für die Schemadatei speichern",
  policyFileTitle: "Die Regeln als den Abschnitt speichern, den eine Schemadatei hat",

  drift: "Drift",
  driftTitle: "Zeigen, was sich seit dem Training des Modells verschoben hat",
  driftHeading: "Was sich seit dem Training verschoben hat",
  closeDrift: "Drift schließen",
  profiles: "Profile",
  chooseProfiles: "Profile auswählen",
  comparing: "Wird verglichen …",
  driftNoReference:
    "Dieses Modell hat kein Vergleichsprofil, weil eine ältere Version von Tenure es trainiert hat. Trainieren Sie es neu, um zu vergleichen.",
  driftOfTable: (name) =>
    `Alle Kunden von ${name} neben den Zeilen, an die das Modell nicht angepasst wurde. Legen Sie eine neuere Tabelle oder Profile ab, um diese zu vergleichen.`,
  driftOfProfiles: (names) =>
    `Die Summe von ${counted(names.length, "Profil", "Profilen")}: ${names.join(", ")}. Legen Sie andere oder eine neuere Tabelle ab, um diese zu vergleichen.`,
  driftOfNothing: "Legen Sie Profile (.json) oder eine Tabelle ab, um zu vergleichen.",
  driftOfTableInstead: "Die Tabelle vergleichen",
  verdicts: { fine: "Nichts hat sich verschoben.", drift: "Drift.", broken: "Fehlerhafte Daten." },
  driftMoved: (fields, scores) => {
    const what = [...(scores ? ["die Bewertungen"] : []), ...fields];
    return what.length === 0
      ? "Kein Feld und keine Bewertung weicht stärker vom Training ab, als der Zufall erklärt."
      : `Stärker, als der Zufall erklärt, weichen ab: ${what.join(", ")}.`;
  },
  driftBroken: (isEmpty, fields) =>
    isEmpty
      ? "Es gibt keine Zeilen."
      : fields.length > 0
        ? `In einem Zehntel der Zeilen mehr als im Training leer, unbekannt oder unlesbar: ${fields.join(", ")}.`
        : "Ein Zehntel der Zeilen mehr als im Training hat keine Bewertung.",
  driftRows: (rows, before, days) =>
    `${counted(rows, "Zeile", "Zeilen")}${days ? `, ${days[0]} bis ${days[1]}` : ""}, neben ${counted(before, "Zeile", "Zeilen")} der Trainingstabelle.`,
  driftBefore: "Im Training",
  driftNow: "Jetzt",
  driftValues: "Werte",
  driftFew: "1 bis 19 Zeilen",
  driftMore: (count) => `${counted(count, "Wert", "Werte")}, die sich weniger verschoben haben`,
  driftCells: {
    below: (edge) => `unter ${edge}`,
    between: (low, high) => `${low} bis unter ${high}`,
    above: (edge) => `über ${edge}`,
    others: "alle anderen",
    unseen: "unbekannte Texte",
    missing: "leer",
    unreadable: "unlesbar",
  },
  expectedNow: "Erwartete Güte",
  expectedNote:
    "Was zu erwarten ist, wenn die Wahrscheinlichkeiten noch stimmen. Ob sich die Gründe für das Gehen geändert haben, zeigt sich hier nicht; das zeigen nur die Ausgänge.",
  figure: "Kennzahl",
  expectedFigures: {
    rate: "Anteil, der geht",
    rocAuc: "ROC-AUC",
    precision: "Genauigkeit an der Schwelle",
    recall: "Trefferquote an der Schwelle",
    logLoss: "Log-Loss",
  },
  movedFields: (count) => `Verschoben: ${counted(count, "Feld", "Felder")}`,
  unmovedFields: (count) => `Nicht verschoben: ${counted(count, "Feld", "Felder")}`,
  theScores: "Die Bewertungen",
  scoreBin: (bin, of) =>
    bin === 1 ? "niedrigste Bewertungen" : bin === of ? "höchste Bewertungen" : `Klasse ${bin} von ${of}`,
  meanScore: (before, now) => `Mittlere Wahrscheinlichkeit ${now}, im Training ${before}.`,
  distances: { populationStability: "PSI", jensenShannon: "Jensen-Shannon", wasserstein: "Wasserstein" },
  distance: (name, value, threshold) => `${name} ${value} (Zufall reicht bis ${threshold})`,
  inTheProfile: "Was im Profil steht",
  profileHolds: (fields, bins) =>
    `Nur Anzahlen: von ${counted(fields, "Feld", "Feldern")}, wie viele Zeilen welchen Wert oder Wertebereich haben, und von den Bewertungen, wie viele in jeder von ${counted(bins, "Klasse", "Klassen")} liegen. Keine Zeile, und keine Anzahl von 1 bis 19 Zeilen.`,
  ruleCount: (rule, count) => `Werte mit einem Problem (${rule}): ${count}`,
  offerCount: (offer, count) =>
    offer === null ? `Entscheidungen ohne Angebot: ${count}` : `Entscheidungen für ${offer}: ${count}`,
  saveProfile: "Das Profil dieser Tabelle speichern",

  customersScored: "Bewertete Kunden",
  inTime: (time) => `in ${time}`,
  expectedToLeave: "Erwartete Abgänge",
  filterByTier: "Nach Stufe filtern",
  between: (low, high) => `${low} bis ${high}`,
  from: (low) => `ab ${low}`,
  notScored: (rows, unit) => `${units(rows, unit)} nicht bewertet`,
  notesOnValues: (count) => `${counted(count, "Hinweis", "Hinweise")} zu Werten`,
  noteOnFile: "Ein Hinweis zur Datei",
  shifts: "Anders als im Training",
  shift: ({ label, rule, rows, share, examples }) =>
    rule === "missing"
      ? `${label} fehlt in ${units(rows, "line")} (${formatPercent(share)}), häufiger als im Training.`
      : `${label} hat in ${units(rows, "line")} (${formatPercent(share)}) einen Text, den das Modell nicht kennt${examples.length > 0 ? `, etwa ${examples.join(", ")}` : ""}; das ist häufiger als im Training.`,
  showField: (label) => `${label} zeigen`,

  grid: "Kunden nach Risiko",
  unit: { line: "Zeile", row: "Tabellenzeile" },
  unitNumber: place,
  risk: "Risiko",
  tier: "Stufe",
  reason: "Stärkster Grund",
  reasonTitle:
    "Was diesen Kunden von den anderen derselben Stufe unterscheidet: + erhöht das Risiko mehr als dort, − weniger",
  sortBy: (label) => `Nach ${label} sortieren`,
  rowNotScored: "nicht bewertet",
  raisedBy: "mehr als bei anderen der Stufe erhöht durch",
  loweredBy: "weniger als bei anderen der Stufe erhöht durch",

  rankOf: (rank, of, where) => `Rang ${rank} von ${of}, ${where}`,
  placeNotScored: (where) => `${where}, nicht bewertet`,
  place,
  customersNav: "Kunden",
  previousCustomer: "Voriger Kunde",
  nextCustomer: "Nächster Kunde",
  closeCustomer: "Kunden schließen",
  brokenLine: () => "Nicht bewertet. Berichtigen Sie diese Zeile und wählen Sie die Datei noch einmal.",
  noExplanation: "Ein Kunde ohne Wert hat keine Erklärung.",
  compare: "Mit einem anderen Kunden vergleichen",
  chooseOther: (name) => `Wählen Sie in der Tabelle den Kunden, mit dem ${name} verglichen wird.`,
  stopComparing: "Nicht vergleichen",

  comparison: "Zwei Kunden nebeneinander",
  closeComparison: "Vergleich schließen",
  openCustomer: (name) => `${name} öffnen`,
  field: "Feld",
  value: "Wert",
  contribution: "Beitrag",
  onlyDifferences: "Nur Felder, die sich unterscheiden",
  sameValues: "Beide Kunden haben dieselben Werte.",
  compareNote:
    "Ein Beitrag ist ein Shapley-Wert in Prozentpunkten. Die Felder sind nach dem Unterschied der beiden Beiträge geordnet. Sie zeigen, was das Modell mit Abwanderung verbindet, nicht, was sie verursacht.",

  problemsIn: (name) => `Probleme in ${name}`,
  closeProblems: "Probleme schließen",
  otherSheet: "Ein anderes Blatt lässt sich über der Tabelle wählen.",
  notScoredExplained: () =>
    "Alle anderen Zeilen sind bewertet. Wählen Sie eine Zeilennummer, um die Werte dieser Zeile zu berichtigen.",
  notesOnScored: (count) => `${counted(count, "Hinweis", "Hinweise")} zu bewerteten Zeilen`,
  notesExplained: () => "Diese Zeilen sind bewertet, aber manche ihrer Werte brauchten eine besondere Behandlung.",
  byField: "Nach Feld",
  summary: ({ label, rule, rows, examples }) =>
    `${label}: ${units(rows, "line")}, ${rule}${examples.length > 0 ? ` (etwa ${examples.join(", ")})` : ""}.`,
  rule: "Regel",
  wholeUnit: () => "ganze Zeile",
  empty: "leer",
  onlyField: (label) => `Nur Probleme von ${label}.`,
  allFields: "Alle Felder zeigen",
  showMore: (count) => `${formatCount(count)} weitere zeigen`,

  driversHeading: "Was diese Werte bestimmt",
  closeDrivers: "Treiber schließen",
  device: "Gerät",
  devices: { auto: "Automatisch", cpu: "CPU", webgpu: "WebGPU" },
  cancelled: "Abgebrochen.",
  startAgain: "Noch einmal beginnen",
  noneScored: "Keiner der gezeigten Kunden hat einen Wert.",
  explainingHere: (count) => `${customers(count)} ${count === 1 ? "wird" : "werden"} auf diesem Gerät erklärt`,
  explained: (rows, of, error, time) =>
    `${rows < of ? `Eine Zufallsstichprobe von ${formatCount(rows)} aus ${customers(of)}` : customers(rows)}, ${error === undefined ? "exakt" : `mit einem Standardfehler von höchstens ${error}`} erklärt in ${time}. Punkte rechts der Linie erhöhen den Wert, Punkte links senken ihn.`,
  lowValue: "niedriger Wert",
  highValue: "hoher Wert",
  byContribution: "Felder nach mittlerem absolutem Beitrag, der größte zuerst",
  axis: (low, high) => `Beitrag in Log-Odds, ${low} bis ${high}`,
  meanContribution: "mittlerer absoluter Beitrag",
  showImportant: (count) => `Die ${formatCount(count)} wichtigsten zeigen`,
  showFields: (count) => `Alle ${formatCount(count)} Felder zeigen`,
  chooseField: "Wählen Sie ein Feld, um zu sehen, wie sein Beitrag von seinem Wert abhängt.",
  driversNote:
    "Dies sind Shapley-Werte im Vergleich mit den Vergleichskunden des Modells. Sie zeigen, was das Modell mit Abwanderung verbindet, nicht, was sie verursacht.",
  dependenceOn: (label) => `Abhängigkeit von ${label}`,
  byValue: (label) => `${label}: Beitrag nach Wert`,
  colouredBy: (label) => `Gefärbt nach ${label}, von niedrig (blau) bis hoch (rot).`,
  customersHead: "Kunden",
  meanHead: "Mittlerer Beitrag",

  predicts: "Sagt voraus",
  inputs: "Eingaben",
  inputCount: (count) => counted(count, "Feld", "Felder"),
  tiers: "Stufen",
  tierFrom: (label, from) => `${label} ab ${from}`,
  size: "Größe",
  measuredOn: (rows) => `Die Güte wurde an ${rows} Testkunden gemessen, die nicht zum Training gehörten.`,
  noCard: "Die Modellkarte sagt nicht, wie das Modell entstanden ist.",
  figures: {
    dataSet: "Datensatz",
    positiveRate: "Abgewanderte Kunden",
    rocAuc: "ROC-AUC auf den Testdaten",
    prAuc: "PR-AUC",
    logLoss: "Log-Loss",
    brier: "Brier-Wert",
    ece: "Kalibrierungsfehler",
  },
  customers,
  targetWhen: {
    present: (field) => `${field} ist vorhanden`,
    missing: (field) => `${field} fehlt`,
  },
  expects: {
    date: (format) => `Datum, etwa 2024-01-31${format ? `, oder ${format}` : ""}`,
    number: (low, high, unit) => {
      const range =
        low !== undefined && high !== undefined
          ? ` von ${low} bis ${high}`
          : low !== undefined
            ? ` ab ${low}`
            : high !== undefined
              ? ` bis ${high}`
              : "";
      return `Zahl${range}${unit ? `, ${unit}` : ""}`;
    },
    more: (shown, more) => `${shown} und ${formatCount(more)} weitere`,
  },
  failures,
};
