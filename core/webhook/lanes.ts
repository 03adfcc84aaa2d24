/** Work in lanes: those of one lane one after the other, lanes side by side, as many as there is room for. */

/**
 * @param width how many at a time; asked each time one could begin
 * @param work one of them; false ends its lane. It must not throw
 */
export function runLanes<T>(
  lanes: T[][],
  width: () => number,
  isStopped: () => boolean,
  work: (one: T) => Promise<boolean>,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  let next = 0
  let active = 0

  const runLane = async (lane: T[]) => {
    for (const one of lane) if (isStopped() || !(await work(one))) return
  }
  const fill = () => {
    while (!isStopped() && active < width()) {
      const lane = lanes[next++]
      if (!lane) break
      active++
      void runLane(lane).finally(() => {
        active--
        fill()
      })
    }
    if (active === 0) resolve()
  }
  fill()
  return promise
}
