import type { Command } from 'commander'
import { z } from 'zod'
import { UserError } from '../../../shared/errors.ts'
import type { RunCommand } from '../../store/types.ts'
import { awaitAnswer } from '../awaitAnswer.ts'
import { addRunCommand, type Cli, printJson, readOptions, storeOptions, withRun } from '../context.ts'
import { examples } from '../help.ts'
import { oneLine } from '../oneLine.ts'

const plainOptions = z.object(storeOptions)
const stopOptions = z.object({
  ...storeOptions,
  atCycleEnd: z.boolean().default(false),
  cancel: z.boolean().default(false),
})
const annealOptions = z.object({
  ...storeOptions,
  epochs: z
    .string()
    .regex(/^\d{1,6}(\.\d{1,6})?$/, 'must be a number')
    .transform(Number)
    .refine((n) => n > 0, 'must be above 0'),
})

/** Commands for a run that trains in another process. Pausing has its opposite, so that a pause is never a trap. */
export function addControlCommands(program: Command, cli: Cli): void {
  const stop = runCommand(program, 'stop', 'stop a run that trains elsewhere, keeping a checkpoint')
    .option('--at-cycle-end', 'let it finish its cycle and take the snapshot first')
    .option('--cancel', 'take back a stop at the end of its cycle: the run goes on')
    .addHelpText(
      'after',
      examples([
        ['anneal stop mwt --at-cycle-end', 'keep the snapshot of this cycle'],
        ['anneal stop mwt --cancel', 'let it go on after all'],
      ]),
    )
  stop.action(async (id: string) => {
    const { atCycleEnd, cancel, ...rest } = readOptions(stop, stopOptions)
    if (cancel && atCycleEnd)
      throw new UserError(
        'While reading the options of "anneal stop": --cancel takes back what --at-cycle-end asks for; give one of them.',
      )
    await ask(
      cli,
      rest,
      id,
      cancel ? { type: 'keepGoing' } : { type: 'stop', when: atCycleEnd ? 'cycleEnd' : 'now' },
    )
  })

  const pause = runCommand(program, 'pause', 'pause a run that trains elsewhere').addHelpText(
    'after',
    examples([['anneal pause mwt', 'it waits, in memory, for "anneal unpause"']]),
  )
  pause.action(async (id: string) => {
    await ask(cli, readOptions(pause, plainOptions), id, { type: 'pause' })
  })

  const unpause = runCommand(program, 'unpause', 'let a paused run go on').addHelpText(
    'after',
    examples([['anneal unpause mwt', 'it goes on where it waited']]),
  )
  unpause.action(async (id: string) => {
    await ask(cli, readOptions(unpause, plainOptions), id, { type: 'resume' })
  })

  const anneal = runCommand(program, 'anneal', 'end the current cycle of a run early')
    .description(
      'Lower the learning rate to the end of its cycle over the next epochs, and take the snapshot there.',
    )
    .requiredOption('--epochs <n>', 'how long the fall takes, in epochs')
    .addHelpText('after', examples([['anneal anneal mwt --epochs 2', 'the cycle ends two epochs from now']]))
  anneal.action(async (id: string) => {
    const { epochs, ...rest } = readOptions(anneal, annealOptions)
    await ask(cli, rest, id, { type: 'annealNow', epochs })
  })
}

function runCommand(program: Command, name: string, does: string): Command {
  return addRunCommand(program, name)
    .summary(does)
    .description(`${does.charAt(0).toUpperCase()}${does.slice(1)}.`)
}

async function ask(
  cli: Cli,
  options: { readonly json: boolean; readonly db?: string | undefined },
  id: string,
  command: RunCommand,
): Promise<void> {
  await withRun(cli, options, id, async (core, run) => {
    const { obeyed, isKept = false, words } = await awaitAnswer(core, run, command)
    if (!obeyed && !isKept) cli.setExitCode(1)
    if (options.json) return printJson(cli, { runId: run.id, asked: command, obeyed, isKept, answer: words })
    // A trainer's reason may come from another machine.
    cli.terminal.err(`${oneLine(words)}\n`)
  })
}
