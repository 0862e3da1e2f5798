/** Writes the dense network as an ONNX file, with the few protobuf messages that it needs. */

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FLOAT = 1;

function varint(value) {
  const bytes = [];
  let rest = BigInt(value);
  do {
    const low = Number(rest & 127n);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 128 : low);
  } while (rest > 0n);
  return Buffer.from(bytes);
}

const number = (field, value) => Buffer.concat([varint((field << 3) | VARINT), varint(value)]);

function bytes(field, value) {
  const content = typeof value === "string" ? Buffer.from(value, "utf8") : value;
  return Buffer.concat([varint((field << 3) | LENGTH_DELIMITED), varint(content.length), content]);
}

/** TensorProto: dims 1, data_type 2, name 8, raw_data 9. */
function tensor(name, dims, values) {
  const raw = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return Buffer.concat([...dims.map((dim) => number(1, dim)), number(2, FLOAT), bytes(8, name), bytes(9, raw)]);
}

/** NodeProto: input 1, output 2, name 3, op_type 4. */
function node(type, inputs, output) {
  const parts = inputs.map((input) => bytes(1, input));
  return Buffer.concat([...parts, bytes(2, output), bytes(3, `${type}_${output}`), bytes(4, type)]);
}

/** ValueInfoProto of a float matrix `[rows, columns]` with any number of rows. */
function matrix(name, columns) {
  const dims = [bytes(2, "rows"), number(1, columns)].map((dim) => bytes(1, dim));
  const tensorType = Buffer.concat([number(1, FLOAT), bytes(2, Buffer.concat(dims))]);
  return Buffer.concat([bytes(1, name), bytes(2, bytes(1, tensorType))]);
}

/**
 * ModelProto of `sigmoid(output(relu(…relu(x)…)) + direct(x))`, input `x`, output `probability`.
 */
export function onnxModel({ width }, { layers, output, direct }) {
  const nodes = [];
  const tensors = [];
  const gemm = (input, name, { inputs, outputs, weight, bias }) => {
    tensors.push(tensor(`${name}_weight`, [inputs, outputs], weight), tensor(`${name}_bias`, [outputs], bias));
    nodes.push(node("Gemm", [input, `${name}_weight`, `${name}_bias`], name));
  };
  let last = "x";
  layers.forEach((layer, index) => {
    gemm(last, `dense${index}`, layer);
    last = `hidden${index}`;
    nodes.push(node("Relu", [`dense${index}`], last));
  });
  gemm("x", "direct", direct);
  if (output) {
    gemm(last, "deep", output);
    nodes.push(node("Add", ["deep", "direct"], "logit"));
  }
  nodes.push(node("Sigmoid", [output ? "logit" : "direct"], "probability"));
  // GraphProto: node 1, name 2, initializer 5, input 11, output 12.
  const graph = Buffer.concat([
    ...nodes.map((content) => bytes(1, content)),
    bytes(2, "churn"),
    ...tensors.map((content) => bytes(5, content)),
    bytes(11, matrix("x", width)),
    bytes(12, matrix("probability", 1)),
  ]);
  // ModelProto: ir_version 1, graph 7, opset_import 8 (version 2).
  return Buffer.concat([number(1, 8), bytes(7, graph), bytes(8, number(2, 17))]);
}
