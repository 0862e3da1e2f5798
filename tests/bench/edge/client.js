/** A client of HTTP that costs little: requests as bytes over kept connections of this machine. */

import { connect } from "node:net";

/** A request with a body of JSON, as bytes. */
export function requestBytes(path, body, type = "application/json") {
  const length = Buffer.byteLength(body);
  const head = [`POST ${path} HTTP/1.1`, "host: 127.0.0.1", `content-type: ${type}`, `content-length: ${length}`];
  return Buffer.from(`${head.join("\r\n")}\r\n\r\n${body}`);
}

/** One connection, with one request at a time. It connects again after it was closed. */
export class Connection {
  #port;
  #socket;
  #waiting;
  #received = Buffer.alloc(0);

  constructor(port) {
    this.#port = port;
  }

  /** Sends a request, and resolves with `{ status, body }`. */
  send(bytes) {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#open().write(bytes);
    });
  }

  /** Sends the first half of a request and leaves. */
  abort(bytes) {
    const socket = this.#open();
    socket.removeAllListeners("close");
    this.#socket = undefined;
    return new Promise((resolve) => {
      socket.once("close", resolve);
      socket.write(bytes.subarray(0, bytes.length >> 1), () => socket.destroy());
    });
  }

  close() {
    this.#socket?.destroy();
  }

  #open() {
    if (this.#socket !== undefined) return this.#socket;
    const socket = connect(this.#port, "127.0.0.1").setNoDelay(true);
    this.#socket = socket;
    this.#received = Buffer.alloc(0);
    socket.on("data", (chunk) => this.#take(chunk));
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.#socket = undefined;
      this.#waiting?.reject(new Error("the connection was closed before the answer"));
      this.#waiting = undefined;
    });
    return socket;
  }

  #take(chunk) {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const end = this.#received.indexOf("\r\n\r\n");
    if (end < 0) return;
    const head = this.#received.toString("latin1", 0, end);
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1]);
    if (Number.isNaN(length)) return this.#fail(`an answer has no length: ${head}`);
    if (this.#received.length < end + 4 + length) return;
    const body = this.#received.toString("utf8", end + 4, end + 4 + length);
    this.#received = this.#received.subarray(end + 4 + length);
    const { resolve } = this.#waiting;
    this.#waiting = undefined;
    resolve({ status: Number(head.slice(9, 12)), body });
  }

  #fail(message) {
    this.#waiting?.reject(new Error(message));
    this.#waiting = undefined;
    this.close();
  }
}

/** Sends `count` requests over some connections. `next(number, connection)` sends one. */
export async function sendAll(port, connections, count, next) {
  let sent = 0;
  const work = async () => {
    const connection = new Connection(port);
    while (sent < count) await next(sent++, connection);
    connection.close();
  };
  await Promise.all(Array.from({ length: connections }, work));
}
