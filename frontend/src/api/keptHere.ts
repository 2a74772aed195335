/** What this browser keeps through reloads, in its IndexedDB: a database with one table, keyed by `key`. */

export interface Kept<One> {
  all(): Promise<One[]>;
  put(one: One): Promise<void>;
  delete(key: string): Promise<void>;
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("The browser's storage failed."));
  });
}

function open(database: string, name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(database, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(name, { keyPath: "key" });
  return settled(request);
}

export function keptHere<One extends { key: string }>(name: string, database: string): Kept<One> {
  let opened: Promise<IDBDatabase> | null = null;
  const table = async (mode: IDBTransactionMode) => {
    opened ??= open(database, name);
    try {
      return (await opened).transaction(name, mode).objectStore(name);
    } catch (error) {
      // Not opened, or closed by the browser: the next one who asks opens it anew.
      opened = null;
      throw error;
    }
  };
  return {
    all: async () => settled((await table("readonly")).getAll() as IDBRequest<One[]>),
    put: async (one) => void (await settled((await table("readwrite")).put(one))),
    delete: async (key) => void (await settled((await table("readwrite")).delete(key))),
  };
}
