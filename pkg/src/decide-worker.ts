/** The script of a worker of `tenure/decide/pool`, as `worker.ts`. */

import { loader } from "./deciding.js";
import type { Request } from "./messages.js";
import { server } from "./serve.js";

const realm = globalThis as unknown as {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  onmessage: (event: MessageEvent<Request>) => void;
};
const load = loader({
  wasm: () => {
    throw new Error("the pool sends its address");
  },
});
const answer = server(load, (reply, transfer) => realm.postMessage(reply, transfer));
realm.onmessage = ({ data }) => void answer(data);
