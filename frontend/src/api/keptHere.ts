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
  const written = async (step: (store: IDBObjectStore) => IDBRequest): Promise<void> => {
    const store = await table("readwrite");
    const done = settled(step(store));
    // At once: a page that is being left does not live to hear that its request went well.
    store.transaction.commit();
    await done;
  };
  return {
    all: async () => settled((await table("readonly")).getAll() as IDBRequest<One[]>),
    put: (one) => written((store) => store.put(one)),
    delete: (key) => written((store) => store.delete(key)),
  };
}
