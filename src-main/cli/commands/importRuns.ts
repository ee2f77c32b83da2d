import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Command } from 'commander'
import { z } from 'zod'
import { UserError } from '../../../shared/errors.ts'
import { type TagRole, tagRole } from '../../../shared/run/tagRoles.ts'
import type { Core } from '../../core.ts'
import { isWithin } from '../../isWithin.ts'
import type { RunRecord } from '../../store/types.ts'
import { addStore, type Cli, printJson, readOptions, storeOptions, withCore } from '../context.ts'
import { examples } from '../help.ts'
import { oneLine } from '../oneLine.ts'
import { untilInterrupted } from '../untilInterrupted.ts'
import { addImportPredictions } from './importPredictions.ts'

/** Milliseconds between two looks at files that are followed. */
const LOOK = 1000

const options = z.object({
  ...storeOptions,
  follow: z.boolean().default(false),
  stop: z.boolean().default(false),
  name: z.string().min(1, 'must not be empty').max(200, 'must be at most 200 characters').optional(),
  map: z.array(z.string()).default([]),
})

/** What other programs trained. */
export function addImport(program: Command, cli: Cli): void {
  const parent = program
    .command('import')
    .helpCommand(false)
    .summary('runs of other programs: tensorboard, predictions')
    .description('Runs that other programs trained, to be watched, compared and searched like others.')
  addImportPredictions(parent, cli)
  const command = addStore(parent.command('tensorboard'))
    .argument('<path>', 'an event file, or a folder with some in it or in folders of it')
    .description(
      'Read TensorBoard event files as runs: one a folder, with its folders train and validation. What was read before is gone on with.',
    )
    .option(
      '--follow',
      'go on reading while other programs write, new folders too, until Ctrl+C; killed, the next `anneal serve` or window goes on',
    )
    .option('--stop', 'no longer follow it, whichever program of the lab does')
    .option('--name <name>', 'name of the run, where there is one (default: that of its folder)')
    .option(
      '--map <tag=role>',
      `what a tag is, where its name does not say it: ${tagRole.options.join(', ')}; may be repeated`,
      (pair: string, pairs: readonly string[] = []) => [...pairs, pair],
    )
    .addHelpText(
      'after',
      examples([
        ['anneal import tensorboard runs/resnet', 'what a SummaryWriter wrote'],
        ['anneal import tensorboard logs --follow --map custom/rate=learningRate', 'while it is written'],
      ]),
    )
  command.action(async (path: string) => {
    const { follow, stop, name, map, ...store } = readOptions(command, options)
    const tagRoles = rolesOf(map)
    await withCore(cli, store, async (core) => {
      if (stop) return stopFollowing(cli, core, path)
      const runs = await core.elsewhere.importEventFiles({ path, name, follow, tagRoles })
      if (!store.json) for (const run of runs) await cli.terminal.out(words(run))
      const all = follow ? await followRuns(cli, core, path) : runs
      if (store.json) return printJson(cli, { runs: all.map(({ id }) => reportOf(core.store.read.run(id))) })
    })
  })
}

/** @throws UserError for a pair that is none */
function rolesOf(pairs: readonly string[]): Record<string, TagRole> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.lastIndexOf('=')
      const role = tagRole.safeParse(pair.slice(at + 1))
      if (at < 1 || !role.success)
        throw new UserError(
          `While reading --map: ${pair} must be a tag, "=", and one of ${tagRole.options.join(', ')}.`,
        )
      return [pair.slice(0, at), role.data]
    }),
  )
}

/** @returns its runs by then, those that came meanwhile too */
async function followRuns(cli: Cli, { elsewhere, store }: Core, given: string): Promise<RunRecord[]> {
  const folder = path.resolve(given)
  const ownRuns = (): RunRecord[] =>
    store.read.runs().filter((run) => run.elsewhere !== null && isWithin(run.elsewhere.path, folder))
  const told = new Set(ownRuns().map(({ id }) => id))
  cli.terminal.err('Following, until Ctrl+C.\n')
  await untilInterrupted(cli, async (signal) => {
    while (!signal.aborted && elsewhere.followed().some((each) => each.path === folder)) {
      await setTimeout(LOOK, undefined, { signal }).catch(() => undefined)
      for (const { id, name } of ownRuns()) {
        if (told.has(id)) continue
        told.add(id)
        cli.terminal.err(`New: ${id}  ${oneLine(name)}\n`)
      }
    }
  })
  if (elsewhere.followed().some((each) => each.path === folder)) await elsewhere.unfollow({ path: folder })
  return ownRuns()
}

async function stopFollowing(cli: Cli, { elsewhere }: Core, given: string): Promise<void> {
  await elsewhere.unfollow({ path: given })
  cli.terminal.err(`${path.resolve(given)} is no longer followed.\n`)
}

const words = ({ id, name, stepsDone, elsewhere }: RunRecord): string =>
  `${id}  ${oneLine(name)}: ${stepsDone} steps, ${elsewhere?.files.length ?? 0} event files\n${(elsewhere?.notes ?? []).map((note) => `  ${oneLine(note)}\n`).join('')}`

const reportOf = ({ id, name, status, stepsDone, startedAt, elsewhere }: RunRecord) => ({
  id,
  name,
  status,
  stepsDone,
  startedAt,
  elsewhere,
})
