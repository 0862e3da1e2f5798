/** onnxruntime, any build: a session from the ONNX file, and one `run` per call. */

/** Starts an engine on the runtime `ort` with session options. */
export async function startWith(ort, { read, network }, options) {
  const session = await ort.InferenceSession.create(new Uint8Array(await read("network.onnx")), options);
  const { width } = network;
  const run = async (dense, rows) => {
    const results = await session.run({ x: new ort.Tensor("float32", dense, [rows, width]) });
    return results.probability.data;
  };
  return {
    row: async (dense) => (await run(dense, 1))[0],
    batch: run,
  };
}
