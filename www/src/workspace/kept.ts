/**
 * The table that the reader chose to keep on this device, in IndexedDB. There is at most one. Nothing
 * is kept unless the reader asks for it.
 */
import type { Mapping } from "../table/messages";

/** A file, how to read it, and the model that scores it. */
export interface Kept {
  file: File;
  sheet: string | undefined;
  mapping: Mapping;
  /** Nothing for the demo's model. */
  model: File | undefined;
}

const DATABASE = "tenure";
const STORE = "kept";
const KEY = "table";

/** The table that is kept; `undefined` without one, and where the browser allows no storage. */
export async function keptTable(): Promise<Kept | undefined> {
  try {
    return await request<Kept | undefined>("readonly", (store) => store.get(KEY));
  } catch {
    return undefined;
  }
}

/** Keeps this table in place of the one before. Throws if the browser refuses. */
export async function keepTable(kept: Kept): Promise<void> {
  await request("readwrite", (store) => store.put(kept, KEY));
}

export async function forgetTable(): Promise<void> {
  await request("readwrite", (store) => store.delete(KEY));
}

async function request<T>(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest): Promise<T> {
  const database = await opened();
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const asked = ask(transaction.objectStore(STORE));
      // A write is on the device only once the transaction is complete.
      transaction.oncomplete = () => resolve(asked.result as T);
      transaction.onerror = () => reject(transaction.error);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

function opened(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
}
