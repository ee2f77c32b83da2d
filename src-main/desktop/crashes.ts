const mostReloads = 3
const withinMs = 60_000

/** Whether a window that crashed is loaded again, or has done that too often to go on by itself. */
export function createCrashGuard() {
  let reloads: number[] = []
  return {
    mayReload(now: number): boolean {
      reloads = reloads.filter((at) => now - at < withinMs)
      if (reloads.length >= mostReloads) return false
      reloads.push(now)
      return true
    },
  }
}
