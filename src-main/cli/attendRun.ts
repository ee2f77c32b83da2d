import type { Core } from '../core.ts'
import type { ActiveRun } from '../runs/activeRun.ts'
import type { RunRecord } from '../store/types.ts'
import type { Cli } from './context.ts'
import type { ExitCode } from './exitCode.ts'
import { watchRun } from './progress.ts'

/**
 * Shows a run until it ends. The first interrupt stops it after the step under way, with a checkpoint; the second ends
 * it at once, and the last checkpoint stays. `hint` is told once the model is built: a run that is refused gets none.
 * @param keeps whether the run keeps checkpoints
 */
export async function attendRun(
  cli: Cli,
  core: Core,
  begin: () => Promise<ActiveRun>,
  hint?: (run: RunRecord) => string,
  keeps = true,
): Promise<{ run: RunRecord; exitCode: ExitCode }> {
  const { terminal } = cli
  let interrupts = 0
  let active: ActiveRun | undefined
  const obey = (): void => {
    if (interrupts === 1) active?.ask({ type: 'stop', when: 'now' })
    if (interrupts > 1) active?.abandon('Interrupted at once by the user.')
  }
  const unhook = terminal.onInterrupt((times) => {
    interrupts = times
    if (times === 1)
      terminal.err(
        `\nStopping after this step${keeps ? ' and keeping a checkpoint' : ''}; once more to end at once.\n`,
      )
    if (times === 2) terminal.err(`\nEnding it at once${keeps ? '; the last checkpoint stays' : ''}.\n`)
    obey()
  })
  try {
    active = await begin()
    const started = core.store.read.run(active.runId)
    if (active.setup !== undefined) terminal.err(`${active.setup}.\n`)
    const progress = watchRun(terminal, started, active, hint?.(started))
    const unsubscribe = core.runs.subscribe((events) =>
      progress.take(events.filter((event) => event.runId === active?.runId)),
    )
    obey()
    try {
      const { run } = await active.finished
      return { run, exitCode: interrupts > 0 && run.status !== 'completed' ? 130 : exitCodeOf(run) }
    } finally {
      unsubscribe()
      progress.stop()
    }
  } finally {
    unhook()
  }
}

function exitCodeOf(run: RunRecord): ExitCode {
  return run.status === 'completed' || run.status === 'stopped' ? 0 : 1
}
