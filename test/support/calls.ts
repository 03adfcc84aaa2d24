/** Stands between our clients and an engine: sees the calls of AWS one by one, and may answer in the engine's place. */
type Callable = { call(...args: never[]): Promise<unknown> }

/** `go` makes the call. What `seen` returns or throws is what the caller gets. */
export function intercept(
  service: Callable,
  seen: (operation: string, input: never, go: () => Promise<unknown>) => Promise<unknown>,
): void {
  const call = service.call.bind(service) as (...args: unknown[]) => Promise<unknown>
  service.call = (...args: unknown[]) => seen(args[0] as string, args[1] as never, () => call(...args))
}

export function countCalls(service: Callable, count: (operation: string) => void): void {
  intercept(service, (operation, _, go) => {
    count(operation)
    return go()
  })
}
