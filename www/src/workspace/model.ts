/** A loaded model: its bytes, for the workers, and a scorer for what the page's own thread asks. */
import { load, type Scorer, TenureError } from "tenure";
import { UnusableFile } from "../text/failure";

export interface Model {
  name: string;
  bytes: Uint8Array;
  scorer: Scorer;
  isDemo: boolean;
}

const DEMO_MODEL = "demo/model.safetensors";
const DEMO_TABLE = "demo/sample.csv";
/** Far above any real artifact; a larger file is something else. */
const LARGEST = 64 << 20;

export async function loadDemo(): Promise<Model> {
  const bytes = await fetched(DEMO_MODEL);
  return { ...(await opened(new Uint8Array(await bytes.arrayBuffer()), "The demo model")), isDemo: true };
}

export async function loadFile(file: File): Promise<Model> {
  if (file.size > LARGEST) {
    throw new UnusableFile(
      `${file.name} is no Tenure model`,
      `It has ${Math.round(file.size / 2 ** 20)} MB; a model has well under 1 MB.`,
    );
  }
  return opened(new Uint8Array(await file.arrayBuffer()), file.name);
}

export async function sampleTable(): Promise<File> {
  return new File([await (await fetched(DEMO_TABLE)).blob()], "sample.csv", { type: "text/csv" });
}

async function opened(bytes: Uint8Array, fileName: string): Promise<Model> {
  try {
    const scorer = await load(bytes);
    return { name: scorer.schema.name || scorer.card.name || fileName, bytes, scorer, isDemo: false };
  } catch (error) {
    if (!(error instanceof TenureError)) throw error;
    if (!error.code.startsWith("artifact_")) throw new UnusableFile("This browser cannot run the model", error.message);
    throw new UnusableFile(`${fileName} is no usable model`, `${error.message} (${error.code})`);
  }
}

async function fetched(path: string): Promise<Response> {
  const response = await fetch(new URL(path, document.baseURI)).catch((error: unknown) => {
    throw new UnusableFile("The demo could not be read", String(error));
  });
  if (response.ok) return response;
  throw new UnusableFile(
    "There is no demo here",
    `${path} answered ${response.status}. Choose a model and a table of your own; \`cargo xtask demo\` makes the demo.`,
  );
}
