import { setTimeout } from 'node:timers/promises'
import type { Command } from 'commander'
import { z } from 'zod'
import { UserError } from '../../../shared/errors.ts'
import { type TagRole, tagRole } from '../../../shared/run/tagRoles.ts'
import { findEventRuns } from '../../elsewhere/eventFiles.ts'
import { breakFollowing, importTensorboard, readNew } from '../../elsewhere/tensorboard.ts'
import type { RunRecord, Store } from '../../store/types.ts'
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
    .option('--follow', 'go on reading while the other program writes, until Ctrl+C')
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
    const { follow, name, map, ...store } = readOptions(command, options)
    const tagRoles = rolesOf(map)
    await withCore(cli, store, async (core) => {
      const runs = importTensorboard(core.store, { path, name, followed: follow, tagRoles })
      if (!store.json) for (const run of runs) await cli.terminal.out(words(run))
      if (follow) await followRuns(cli, core.store, path, runs)
      if (store.json) return printJson(cli, { runs: runs.map(({ id }) => reportOf(core.store.read.run(id))) })
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

async function followRuns(cli: Cli, store: Store, path: string, runs: readonly RunRecord[]): Promise<void> {
  const ids = new Map(runs.map(({ id, elsewhere }) => [elsewhere?.path, id]))
  cli.terminal.err('Following, until Ctrl+C.\n')
  let isOver = false
  await untilInterrupted(cli, async (signal) => {
    signal.addEventListener('abort', () => {
      isOver = true
    })
    while (!isOver) {
      store.write.heartbeat()
      for (const run of findEventRuns(path)) {
        const id = ids.get(run.folder)
        if (id !== undefined) readNew(store, id, run)
      }
      await setTimeout(LOOK, undefined, { signal }).catch(() => undefined)
    }
  })
  for (const id of ids.values()) breakFollowing(store, id)
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
