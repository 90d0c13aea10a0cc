/** Does work that asks how often the event loop has turned, and says how often it did until the end. */
export async function turnsOf<T>(
  work: (turns: () => number) => PromiseLike<T>,
): Promise<{ readonly value: T; readonly turns: number }> {
  let turns = 0
  const count = (): void => {
    turns++
    waiting = setImmediate(count)
  }
  let waiting = setImmediate(count)
  try {
    return { value: await work(() => turns), turns }
  } finally {
    clearImmediate(waiting)
  }
}
