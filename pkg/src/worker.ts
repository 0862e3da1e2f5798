/** The script of a pool's worker in browsers. */

import { load } from "./index.js";
import type { Request } from "./messages.js";
import { server } from "./serve.js";

const realm = globalThis as unknown as {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  onmessage: (event: MessageEvent<Request>) => void;
};
const answer = server(load, (reply, transfer) => realm.postMessage(reply, transfer));
realm.onmessage = ({ data }) => void answer(data);
