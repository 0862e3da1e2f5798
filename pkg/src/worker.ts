/**
 * `tenure/worker` for browsers: the script of a pool's worker. It imports nothing and looks for no
 * file, so a copy of it works at any address. The pool sends the address of the WebAssembly module.
 */

import type { Request } from "./messages.js";
import { server } from "./serve.js";
import { load } from "./slim.js";

const realm = globalThis as unknown as {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  onmessage: (event: MessageEvent<Request>) => void;
};
const answer = server(load as Parameters<typeof server>[0], (reply, transfer) => realm.postMessage(reply, transfer));
realm.onmessage = ({ data }) => void answer(data);
