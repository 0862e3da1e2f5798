/** A loaded model: its bytes, for the workers, and a scorer for the page's own thread. */
import { load, type Scorer, TenureError } from "tenure";
import { errorMessage, UnusableFile } from "../text/failure";
import { formatBytes } from "../text/numbers";

export interface Model {
  name: string;
  bytes: Uint8Array;
  scorer: Scorer;
  isDemo: boolean;
}

const DEMO_MODEL = "demo/model.safetensors";
const DEMO_TABLE = "demo/sample.csv";
/** Bytes: the core reads no larger artifact. */
const LARGEST = 64 << 20;

export async function loadDemo(): Promise<Model> {
  const bytes = await fetched(DEMO_MODEL);
  return { ...(await opened(new Uint8Array(await bytes.arrayBuffer()), "The demo model")), isDemo: true };
}

export async function loadFile(file: File): Promise<Model> {
  if (file.size > LARGEST) {
    throw new UnusableFile(
      `${file.name} is not a Tenure model`,
      `It has ${formatBytes(file.size)}. A model has at most ${formatBytes(LARGEST)}, and usually less than 1 MB. Choose a file that \`tenure train\` wrote.`,
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
    throw new UnusableFile(`${fileName} is not a usable model`, `${error.message} (${error.code})`);
  }
}

async function fetched(path: string): Promise<Response> {
  const response = await fetch(new URL(path, document.baseURI)).catch((error: unknown) => {
    throw new UnusableFile(
      "The demo could not be loaded",
      `${errorMessage(error)}. Check the connection and reload the page.`,
    );
  });
  if (response.ok) return response;
  throw new UnusableFile(
    "This page has no demo",
    `The server answered ${path} with status ${response.status}. Choose a model and a table of your own, or build the demo with \`cargo xtask demo\`.`,
  );
}
