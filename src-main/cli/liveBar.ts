import { MultiBar, Presets, type SingleBar } from 'cli-progress'

/** A bar at the foot of a live terminal, with lines scrolling above it. */
export interface LiveBar {
  update(done: number, total: number): void
  log(line: string): void
  stop(): void
}

/** @param line what stands in it, no wider than the terminal; it is asked for at every redraw */
export function startLiveBar(
  screen: NodeJS.WriteStream,
  done: number,
  total: number,
  line: () => string,
): LiveBar {
  const bars = new MultiBar(
    {
      stream: screen,
      hideCursor: true,
      forceRedraw: true,
      fps: 8,
      // Ctrl+C is ours: what trains is stopped with a checkpoint.
      gracefulExit: false,
      format: line,
    },
    Presets.legacy,
  )
  const bar: SingleBar = bars.create(Math.max(1, total), done)
  return {
    update(now, all): void {
      bar.setTotal(Math.max(1, all))
      bar.update(now)
    },
    log: (text) => bars.log(text),
    stop: () => bars.stop(),
  }
}

/** "████░░░░  50 %  fact  fact": facts from the first on, as long as there is room. @param share done, in 0..1 */
export function barLine(share: number, facts: readonly string[], columns: number): string {
  const size = Math.max(8, Math.min(24, Math.floor(columns / 5)))
  const filled = Math.round(share * size)
  let line = `${'█'.repeat(filled)}${'░'.repeat(size - filled)} ${String(Math.floor(100 * share)).padStart(3)} %`
  for (const fact of facts) {
    if (fact !== '' && [...line].length + 2 + [...fact].length < columns) line += `  ${fact}`
  }
  return line
}
