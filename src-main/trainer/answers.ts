import type { Command } from './commands.ts'
import type { LoopIo } from './loopSetup.ts'

type Io = Pick<LoopIo, 'emit' | 'commands'>

/** Sent after what the command brought about has been told, so that whoever asked finds it stored. */
export function answer({ emit }: Io, { requestId }: Command): void {
  if (requestId !== undefined) emit({ type: 'obeyed', requestId })
}

/** @param reason a sentence for the user */
export function refuse({ emit }: Io, { requestId, ...command }: Command, reason: string): void {
  emit({ type: 'refused', command, reason, ...(requestId !== undefined && { requestId }) })
}

/** Commands that came too late: whoever asked shall not take silence for success. A stop has what it wanted. */
export function refuseTheRest(io: Io, stepsDone: number): void {
  for (let late = io.commands.take(); late !== undefined; late = io.commands.take()) {
    if (late.type === 'stop') {
      answer(io, late)
      continue
    }
    refuse(
      io,
      late,
      `While obeying ${late.type}: the run has ended with ${stepsDone} steps done and takes no more commands.`,
    )
  }
}
