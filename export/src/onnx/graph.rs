//! A graph under construction: each operator's result has a name.

use std::collections::HashMap;

use super::proto::{Attribute, Dimension, Graph, Kind, Node, Shape, Tensor, TensorKind, ValueInfo};

/// Begins the names of all values but inputs and outputs.
pub(super) const PREFIX: &str = "tenure:";

/// The number of a type in ONNX.
#[derive(Clone, Copy)]
pub(super) enum Type {
    Float = 1,
    Whole = 7,
    Text = 8,
    Double = 11,
}

/// A parameter of an operator.
pub(super) enum Parameter<'p> {
    Whole(&'static str, i64),
    Text(&'static str, &'p str),
}

/// Nodes and constants.
#[derive(Default)]
pub(super) struct Builder {
    graph: Graph,
    /// Numbers that are constants already, by their bits.
    numbers: HashMap<u64, String>,
    wholes: HashMap<i64, String>,
}

impl Builder {
    /// The result of an operator.
    pub(super) fn op(&mut self, operator: &str, inputs: &[&str]) -> String {
        self.op_with(operator, inputs, &[])
    }

    /// The result of an operator with parameters.
    pub(super) fn op_with(&mut self, operator: &str, inputs: &[&str], parameters: &[Parameter]) -> String {
        let name = format!("{PREFIX}{}", self.graph.node.len());
        self.push(operator, inputs, parameters, &name);
        name
    }

    /// A result under a name of its own.
    pub(super) fn output(&mut self, value: &str, name: &str, kind: Type, about: &str) {
        let column = self.wholes(&[-1, 1], &[2]);
        self.push("Reshape", &[value, &column], &[], name);
        self.graph.output.push(value_info(name, kind, about));
    }

    fn push(&mut self, operator: &str, inputs: &[&str], parameters: &[Parameter], name: &str) {
        let attribute = |parameter: &Parameter| match parameter {
            Parameter::Whole(name, number) => {
                Attribute { name: Some((*name).into()), i: Some(*number), s: None, kind: Some(2) }
            }
            Parameter::Text(name, text) => {
                Attribute { name: Some((*name).into()), i: None, s: Some(text.as_bytes().to_vec()), kind: Some(3) }
            }
        };
        self.graph.node.push(Node {
            input: inputs.iter().map(|&input| input.into()).collect(),
            output: vec![name.into()],
            name: Some(format!("{operator}_{}", self.graph.node.len())),
            op_type: Some(operator.into()),
            attribute: parameters.iter().map(attribute).collect(),
        });
    }

    /// An input of one column, as a list of its rows.
    pub(super) fn input(&mut self, name: &str, kind: Type, about: &str) -> String {
        self.graph.input.push(value_info(name, kind, about));
        let flat = self.wholes(&[-1], &[1]);
        self.op("Reshape", &[name, &flat])
    }

    /// A number as a constant.
    pub(super) fn number(&mut self, number: f64) -> String {
        if let Some(name) = self.numbers.get(&number.to_bits()) {
            return name.clone();
        }
        let name = self.constant(Type::Double, &[], number.to_le_bytes().to_vec());
        self.numbers.insert(number.to_bits(), name.clone());
        name
    }

    /// A whole number as a constant.
    pub(super) fn whole(&mut self, number: i64) -> String {
        if let Some(name) = self.wholes.get(&number) {
            return name.clone();
        }
        let name = self.wholes(&[number], &[]);
        self.wholes.insert(number, name.clone());
        name
    }

    /// Whole numbers as a constant.
    pub(super) fn wholes(&mut self, numbers: &[i64], shape: &[usize]) -> String {
        self.constant(Type::Whole, shape, numbers.iter().flat_map(|number| number.to_le_bytes()).collect())
    }

    /// Doubles as a constant.
    pub(super) fn doubles(&mut self, numbers: &[f64]) -> String {
        self.constant(Type::Double, &[numbers.len()], numbers.iter().flat_map(|number| number.to_le_bytes()).collect())
    }

    /// Singles as a constant.
    pub(super) fn floats(&mut self, numbers: &[f32], shape: &[usize]) -> String {
        self.constant(Type::Float, shape, numbers.iter().flat_map(|number| number.to_le_bytes()).collect())
    }

    /// Weights: stored as singles, computed with as doubles.
    pub(super) fn weights(&mut self, numbers: &[f32], shape: &[usize]) -> String {
        let stored = self.floats(numbers, shape);
        self.cast(&stored, Type::Double)
    }

    fn constant(&mut self, kind: Type, shape: &[usize], bytes: Vec<u8>) -> String {
        let name = format!("{PREFIX}constant:{}", self.graph.initializer.len());
        self.graph.initializer.push(Tensor {
            dims: shape.iter().map(|&size| size as i64).collect(),
            data_type: Some(kind as i32),
            name: Some(name.clone()),
            raw_data: Some(bytes),
        });
        name
    }

    /// A value in another type.
    pub(super) fn cast(&mut self, value: &str, kind: Type) -> String {
        self.op_with("Cast", &[value], &[Parameter::Whole("to", kind as i64)])
    }

    /// How many of `bounds`, an ascending constant, are at or below each value.
    pub(super) fn count_at_or_below(&mut self, value: &str, bounds: &str) -> String {
        let last = self.wholes(&[1], &[1]);
        let column = self.op("Unsqueeze", &[value, &last]);
        let reached = self.op("GreaterOrEqual", &[&column, bounds]);
        let reached = self.cast(&reached, Type::Whole);
        self.op_with("ReduceSum", &[&reached, &last], &[Parameter::Whole("keepdims", 0)])
    }

    /// The graph.
    pub(super) fn finish(mut self, name: &str) -> Graph {
        self.graph.name = Some(name.into());
        self.graph
    }
}

fn value_info(name: &str, kind: Type, about: &str) -> ValueInfo {
    let batch = Dimension { dim_value: None, dim_param: Some("batch".into()) };
    let one = Dimension { dim_value: Some(1), dim_param: None };
    let shape = Shape { dim: vec![batch, one] };
    let tensor_type = TensorKind { elem_type: Some(kind as i32), shape: Some(shape) };
    ValueInfo {
        name: Some(name.into()),
        kind: Some(Kind { tensor_type: Some(tensor_type) }),
        doc_string: Some(about.into()),
    }
}
