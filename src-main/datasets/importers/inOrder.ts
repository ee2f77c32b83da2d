/** Items worked on at the same time; the order of the results does not depend on it. */
const AT_ONCE = 4

/** Works on a few items at a time and gives the results in the order of the items. */
export async function* inOrder<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<[Item, Result]> {
  const running: Promise<Result>[] = []
  try {
    for (const [i, item] of items.entries()) {
      while (running.length < AT_ONCE && i + running.length < items.length) {
        const next = items[i + running.length]
        if (next === undefined) break
        const result = work(next)
        // It is awaited later; until then a failure must not count as unhandled.
        result.catch(() => undefined)
        running.push(result)
      }
      const result = running.shift()
      if (result !== undefined) yield [item, await result]
    }
  } finally {
    await Promise.allSettled(running)
  }
}
