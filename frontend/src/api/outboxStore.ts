/** The outbox's store in the browser's IndexedDB: one database, one table, keyed by idempotency key. */

import type { Entry, Store } from "../domain/outbox";

const DATABASE = "tiebreak";
const TABLE = "unsent";

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("The browser's storage failed."));
  });
}

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(TABLE, { keyPath: "key" });
  return settled(request);
}

export function indexedDbStore(): Store {
  let database: Promise<IDBDatabase> | null = null;
  const table = async (mode: IDBTransactionMode) => {
    database ??= open();
    return (await database).transaction(TABLE, mode).objectStore(TABLE);
  };
  return {
    all: async () => settled((await table("readonly")).getAll() as IDBRequest<Entry[]>),
    put: async (entry) => void (await settled((await table("readwrite")).put(entry))),
    delete: async (key) => void (await settled((await table("readwrite")).delete(key))),
  };
}
