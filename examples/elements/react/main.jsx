/** A customer in React 19, which sets properties and listens to events of custom elements. */

import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import "tenure/elements";

const MODEL = "../model.safetensors";

function Customer({ customer }) {
  // What the reader tries. Both follow it: the score and the reasons.
  const [record, setRecord] = useState(customer);
  return (
    <main>
      <h1>Customer 7590</h1>
      <h2>Risk of leaving</h2>
      <tenure-score model={MODEL} record={record} baseline={customer} />
      <tenure-reasons model={MODEL} record={record} baseline={customer} />
      <tenure-what-if
        model={MODEL}
        record={customer}
        no-score
        ontenure-change={({ detail }) => setRecord(detail.record)}
      />
    </main>
  );
}

const customer = await (await fetch("../customer.json")).json();
createRoot(document.getElementById("app")).render(
  <StrictMode>
    <Customer customer={customer} />
  </StrictMode>,
);
