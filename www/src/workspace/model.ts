/** A loaded model: its bytes, for the workers, and a scorer for the page's own thread. */
import { load, type Policy, type Scorer, TenureError } from "tenure/decide";
import { errorMessage, sentence, UnusableFile } from "../text/failure";
import { texts } from "../text/texts";

export interface Model {
  /** What the model calls itself, or else its file. */
  name: string;
  /** The file that it came from; nothing for the demo. */
  file: File | undefined;
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
  return { ...(await opened(new Uint8Array(await bytes.arrayBuffer()), texts().demoModel)), isDemo: true };
}

export async function loadFile(file: File): Promise<Model> {
  const { name, size: bytes } = file;
  if (bytes > LARGEST) throw new UnusableFile({ kind: "modelTooLarge", name, bytes, most: LARGEST });
  return { ...(await opened(new Uint8Array(await file.arrayBuffer()), name)), file };
}

/** The model with another policy, in memory. */
export async function changed(model: Model, policy: Policy): Promise<Model> {
  const { name, isDemo } = model;
  const bytes = model.scorer.withPolicy(model.bytes, policy);
  // As a file, so that it can be kept on the device with its table.
  const file = new File([bytes], `${name}.safetensors`);
  return { ...(await opened(bytes, name)), name, file, isDemo };
}

export async function sampleTable(): Promise<File> {
  return new File([await (await fetched(DEMO_TABLE)).blob()], "sample.csv", { type: "text/csv" });
}

async function opened(bytes: Uint8Array, fileName: string): Promise<Model> {
  try {
    const scorer = await load(bytes);
    const names: unknown[] = [scorer.schema.name, scorer.card.name];
    const own = names.find((name): name is string => typeof name === "string" && name.trim() !== "");
    return { name: own ?? fileName, file: undefined, bytes, scorer, isDemo: false };
  } catch (error) {
    if (!(error instanceof TenureError)) throw error;
    const { code, message } = error;
    throw new UnusableFile(
      code.startsWith("artifact_")
        ? { kind: "modelUnusable", name: fileName, message: `${sentence(message)} (${code})` }
        : { kind: "cannotRun", message },
    );
  }
}

async function fetched(path: string): Promise<Response> {
  const response = await fetch(new URL(path, document.baseURI)).catch((error: unknown) => {
    throw new UnusableFile({ kind: "demoUnreachable", message: sentence(errorMessage(error)) });
  });
  if (response.ok) return response;
  throw new UnusableFile({ kind: "noDemo", path, status: response.status });
}
