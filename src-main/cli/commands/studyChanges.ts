import type { Command } from 'commander'
import { z } from 'zod'
import { queueMoves } from '../../../shared/api/runs.ts'
import { editStudy, type StudyChange } from '../../../shared/api/studies.ts'
import { UserError } from '../../../shared/errors.ts'
import { bestFirst, resultRows } from '../../../shared/study/results.ts'
import type { StudyAxis } from '../../../shared/study/spec.ts'
import { parseAxis } from '../axisOption.ts'
import {
  addStore,
  type Cli,
  printJson,
  readOptions,
  storeOptions,
  wholeNumber,
  withStored,
} from '../context.ts'
import { findStudy } from '../findStudy.ts'
import { examples } from '../help.ts'
import { aboutStudy, goOn, tellChanged, withStudy } from '../studyCommand.ts'
import { sweepOptions } from '../sweepOptions.ts'

const extendOptions = z.object({
  ...storeOptions,
  axis: sweepOptions.axis.default([]),
  seeds: sweepOptions.seeds,
  best: wholeNumber(1).optional(),
  cells: wholeNumber(1).optional(),
  queue: z.boolean().default(false),
})
const moveOptions = z.object({ ...storeOptions, to: z.enum(queueMoves) })
const editOptions = z.object({
  ...storeOptions,
  name: editStudy.shape.name,
  note: editStudy.shape.note,
  slots: z.union([z.literal('default').transform(() => null), wholeNumber(1)]).optional(),
})
const restoreOptions = z.object(storeOptions)

/** `studies extend|move|edit|restore`: what the window does with a study that is there. */
export function addStudyChanges(studies: Command, cli: Cli): void {
  addExtend(studies, cli)
  addMove(studies, cli)
  addEdit(studies, cli)
  addRestore(studies, cli)
}

function addExtend(studies: Command, cli: Cli): void {
  const extend = aboutStudy(studies, 'extend')
    .description(
      'Add runs to a study: values of an axis, seeds, more combinations of a search that draws them. Those it has stay as they are.',
    )
    .option('--axis <path=values>', 'more values of an axis; again for another one', collect)
    .option('--seeds <list>', 'train with these seeds too, e.g. 4,5,6')
    .option('--best <n>', 'only for the n best settings so far, by the objective of the study')
    .option('--cells <n>', 'so many combinations in all, for a search that draws them')
    .option('--queue', 'leave it to the open app ("anneal serve")')
    .addHelpText(
      'after',
      examples([
        ['anneal studies extend mwt --seeds 4,5 --best 5', 'two more seeds of the best five settings'],
        ['anneal studies extend mwt --axis schedule.lrMax=0.02,0.05', 'values around the best, say'],
      ]),
    )
  extend.action(async (given: string) => {
    const options = readOptions(extend, extendOptions)
    const { axis, seeds, best, cells } = options
    await withStudy(cli, options, given, async (core, change) => {
      const { id } = change.study
      await core.studies.extend({
        id,
        ...(axis.length > 0 && { values: axis.map((text) => listed(parseAxis(text), id)) }),
        ...(seeds !== undefined && { seeds }),
        ...(cells !== undefined && { cells }),
        ...(best !== undefined && { of: bestKeys(change, best) }),
      })
      await goOn(cli, core, options, id)
    })
  })
}

const collect = (value: string, before: string[] = []): string[] => [...before, value]

/** @throws UserError for a range: which of its values are new could not be told */
function listed({ path, values }: StudyAxis, id: string): { path: string; values: z.core.util.JSONType[] } {
  if (Array.isArray(values)) return { path, values }
  throw new UserError(
    `While extending study ${id}: axis ${path} must be given as a list of the values to add, as in ${path}=0.02,0.05 (received a range).`,
  )
}

/** Of the greatest budget that has a score, as the window takes them. @throws UserError before anything has one */
function bestKeys({ study, cells }: StudyChange, count: number): string[] {
  const { objective } = study.spec
  const rows = resultRows(
    cells.filter(({ role }) => role === 'cell'),
    objective,
  ).filter(({ score, diverged }) => score !== null && diverged === 0)
  const budget = rows.reduce((most, row) => Math.max(most, row.budget), 0)
  const best = bestFirst(
    rows.filter((row) => row.budget === budget),
    objective,
  ).slice(0, count)
  if (best.length === 0)
    throw new UserError(
      `While extending study ${study.id}: none of its settings has a score yet, so that there is no best one; leave out --best.`,
    )
  return best.flatMap(({ cells: [first] }) => (first === undefined ? [] : [first.key]))
}

function addMove(studies: Command, cli: Cli): void {
  const move = aboutStudy(studies, 'move')
    .description(
      'Give a study another place among those under way. Runs started by hand go before all of them.',
    )
    .requiredOption('--to <place>', `${queueMoves.join(', ')} (earlier and later: by one place)`)
    .addHelpText('after', examples([['anneal studies move mwt --to first', 'its runs are started next']]))
  move.action(async (given: string) => {
    const { to, ...options } = readOptions(move, moveOptions)
    await withStudy(cli, options, given, async (core, { study }) => {
      await core.studies.command(study.id, to)
      await tellChanged(cli, core, options.json, study.id)
    })
  })
}

function addEdit(studies: Command, cli: Cli): void {
  const edit = aboutStudy(studies, 'edit')
    .description('Change the name, the note, or the runs at once of a study.')
    .option('--name <text>', 'its name')
    .option('--note <text>', 'what it is for, what was learned')
    .option('--slots <n>', 'of its runs at once on a device; "default": as set for the lab')
    .addHelpText('after', examples([['anneal studies edit mwt --slots 2', 'two of its runs at once']]))
  edit.action(async (given: string) => {
    const { name, note, slots, ...options } = readOptions(edit, editOptions)
    if (name === undefined && note === undefined && slots === undefined)
      throw new UserError(
        'While reading the options of "anneal studies edit": give at least one of --name, --note and --slots (received none).',
      )
    await withStudy(cli, options, given, async (core, { study }) => {
      core.studies.edit(study.id, { name, note, slots })
      await tellChanged(cli, core, options.json, study.id)
    })
  })
}

function addRestore(studies: Command, cli: Cli): void {
  const restore = addStore(studies.command('restore'))
    .argument('<study>', 'its whole id, as "studies delete" told it')
    .description('Take a deleted study out of the trash, with the runs that went with it.')
    .addHelpText('after', examples([['anneal studies restore mwt0abcd1234', 'within 30 days']]))
  restore.action(async (id: string) => {
    const options = readOptions(restore, restoreOptions)
    await withStored(cli, options, async (core) => {
      core.store.write.restoreStudy(id)
      const { study } = findStudy(core.store.read, id)
      if (options.json) return printJson(cli, { studyId: study.id, restored: true })
      cli.terminal.err(`Study ${study.id} (${study.name}) is back.\n`)
    })
  })
}
