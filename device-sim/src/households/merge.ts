/** One order of time out of many. */

interface Timed {
  readonly atMs: number;
}

interface Lane<T> {
  head: T;
  readonly order: number;
  readonly rest: Iterator<T>;
}

/** Merges iterables that are each in order of `atMs`; ties keep the order of the list. Takes items only as they are asked for. */
export function* mergeByTime<T extends Timed>(sources: readonly Iterable<T>[]): Generator<T> {
  const heap: Lane<T>[] = [];
  sources.forEach((source, order) => {
    const rest = source[Symbol.iterator]();
    const first = rest.next();
    if (first.done !== true) heap.push({ head: first.value, order, rest });
  });
  for (let i = (heap.length >> 1) - 1; i >= 0; i--) sink(heap, i);
  for (let top = heap[0]; top !== undefined; top = heap[0]) {
    yield top.head;
    const next = top.rest.next();
    if (next.done !== true) top.head = next.value;
    else {
      const last = heap.pop();
      if (last !== top && last !== undefined) heap[0] = last;
    }
    sink(heap, 0);
  }
}

const before = <T extends Timed>(a: Lane<T>, b: Lane<T>): boolean =>
  a.head.atMs < b.head.atMs || (a.head.atMs === b.head.atMs && a.order < b.order);

function sink<T extends Timed>(heap: Lane<T>[], start: number): void {
  for (let i = start; ; ) {
    const here = heap[i];
    if (here === undefined) return;
    const right = heap[2 * i + 2];
    let child = 2 * i + 1;
    let least = heap[child];
    if (least === undefined) return;
    if (right !== undefined && before(right, least)) [least, child] = [right, child + 1];
    if (!before(least, here)) return;
    heap[i] = least;
    heap[child] = here;
    i = child;
  }
}
