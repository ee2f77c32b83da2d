import type { Command } from 'commander'
import { z } from 'zod'
import type { StudyChange } from '../../../shared/api/studies.ts'
import { UserError } from '../../../shared/errors.ts'
import { studyCsv, studyParquet } from '../../export/studyCsv.ts'
import { studyHead, studyReport } from '../../export/studyReport.ts'
import { studyPresets } from '../../studies/presets.ts'
import {
  addJson,
  addStore,
  type Cli,
  jsonOption,
  printJson,
  readOptions,
  storeOptions,
  typed,
  withStored,
} from '../context.ts'
import { type Chunk, refuseUnwritable, writeFileWhole } from '../files.ts'
import { plural } from '../format.ts'
import { examples } from '../help.ts'
import { tellStudy } from '../runStudy.ts'
import { aboutStudy, goOn, tellChanged, withStudy } from '../studyCommand.ts'
import { presetList, studyTable } from '../studyText.ts'
import { addStudyChanges } from './studyChanges.ts'

const plainOptions = z.object(storeOptions)
const goOnOptions = z.object({ ...storeOptions, queue: z.boolean().default(false) })
const exportOptions = z.object({
  ...storeOptions,
  format: z.enum(['csv', 'parquet', 'json']).optional(),
  raw: z.boolean().default(false),
  out: z.string().min(1).optional(),
  force: z.boolean().default(false),
})
const deleteOptions = z.object({
  ...storeOptions,
  runs: z.boolean().default(false),
  yes: z.boolean().default(false),
})

/** `studies`: what is stored, and what may be asked of it from any door. */
export function addStudies(program: Command, cli: Cli): void {
  const studies = program
    .command('studies')
    .helpCommand(false)
    .summary(
      'stored studies: list, show, pause, resume, cancel, retry, extend, move, edit, export, delete, restore, presets',
    )
    .description('Sweeps and other studies, whichever door started them.')
  addList(studies, cli)
  addShow(studies, cli)
  addPause(studies, cli)
  addResume(studies, cli)
  addCancel(studies, cli)
  addRetry(studies, cli)
  addStudyChanges(studies, cli)
  addExport(studies, cli)
  addDelete(studies, cli)
  addPresets(studies, cli)
}

function addList(studies: Command, cli: Cli): void {
  const list = addStore(studies.command('list'))
    .description('List the studies: those under way in the order of their turns, then those that have ended.')
    .addHelpText('after', examples([['anneal studies list', 'how far each is, and the best it has found']]))
  list.action(async () => {
    const options = readOptions(list, plainOptions)
    await withStored(cli, options, async (core) => {
      const found = core.store.read.studies()
      if (options.json) {
        return printJson(cli, { studies: found.map(studyHead) })
      }
      if (found.length > 0) return cli.terminal.out(studyTable(found, cli.terminal.columns))
      cli.terminal.err(`No studies yet. Begin with: ${typed(cli, 'studies presets')}\n`)
    })
  })
}

function addShow(studies: Command, cli: Cli): void {
  const show = aboutStudy(studies, 'show')
    .description('Show what a study has found so far: means over seeds, their spread, and the best.')
    .addHelpText('after', examples([['anneal studies show mwt --json', 'every run of it, and the ranking']]))
  show.action(async (given: string) => {
    const options = readOptions(show, plainOptions)
    await withStudy(cli, options, given, (_core, change) => tellStudy(cli, options.json, change))
  })
}

function addPause(studies: Command, cli: Cli): void {
  const pause = aboutStudy(studies, 'pause')
    .description('Start no more of its runs; those that train go on to their end.')
    .addHelpText('after', examples([['anneal studies pause mwt', 'until "anneal studies resume mwt"']]))
  pause.action(async (given: string) => {
    const options = readOptions(pause, plainOptions)
    await withStudy(cli, options, given, async (core, { study }) => {
      await core.studies.command(study.id, 'pause')
      await tellChanged(cli, core, options.json, study.id)
    })
  })
}

function addCancel(studies: Command, cli: Cli): void {
  const cancel = aboutStudy(studies, 'cancel')
    .description(
      'Stop its runs, keeping the state of each, and take out those that wait. "resume" takes it back.',
    )
    .addHelpText('after', examples([['anneal studies cancel mwt', 'what it has found stays']]))
  cancel.action(async (given: string) => {
    const options = readOptions(cancel, plainOptions)
    await withStudy(cli, options, given, async (core, { study }) => {
      await core.studies.command(study.id, 'cancel')
      await tellChanged(cli, core, options.json, study.id)
    })
  })
}

function addResume(studies: Command, cli: Cli): void {
  const resume = aboutStudy(studies, 'resume')
    .description('Go on with a study that was paused, cancelled or interrupted, in this process to its end.')
    .option('--queue', 'leave it to the open app ("anneal serve")')
    .addHelpText('after', examples([['anneal studies resume mwt', 'no run is made twice, and none is lost']]))
  resume.action(async (given: string) => {
    const options = readOptions(resume, goOnOptions)
    await withStudy(cli, options, given, async (core, { study }) => {
      if (study.status === 'finished') {
        throw new UserError(
          `While resuming study ${study.id}: all of its runs have ended; show it with "anneal studies show ${study.id}", or train again what failed with "anneal studies retry ${study.id}".`,
        )
      }
      if (study.status !== 'active') await core.studies.command(study.id, 'resume')
      await goOn(cli, core, options, study.id)
    })
  })
}

function addRetry(studies: Command, cli: Cli): void {
  const retry = aboutStudy(studies, 'retry')
    .description(
      'Train again, in their places, the runs of a study that ended by an error, were stopped or deleted. One that diverged is a result and stays.',
    )
    .option('--queue', 'leave it to the open app ("anneal serve")')
    .addHelpText('after', examples([['anneal studies retry mwt', 'after a full disk, say']]))
  retry.action(async (given: string) => {
    const options = readOptions(retry, goOnOptions)
    await withStudy(cli, options, given, async (core, { study }) => {
      await core.studies.command(study.id, 'retryFailed')
      await goOn(cli, core, options, study.id)
    })
  })
}

function addExport(studies: Command, cli: Cli): void {
  const command = aboutStudy(studies, 'export')
    .description(
      'Write a study in an open format: CSV or Parquet with a row for each run, or JSON with its spec as well.',
    )
    .option('--format <format>', 'csv, parquet or json (default: json)')
    .option('--raw', 'for csv: text as it is stored, not made harmless for spreadsheets')
    .option('--out <file>', 'file to write (default: standard output)')
    .option('--force', 'replace the file if it is there')
    .addHelpText(
      'after',
      examples([
        ['anneal studies export mwt --format csv --out sweep.csv', 'settings and scores, a line a run'],
      ]),
    )
  command.action(async (given: string) => {
    const options = readOptions(command, exportOptions)
    await withStudy(cli, options, given, (_core, change) => exportStudy(cli, change, options))
  })
}

async function exportStudy(
  cli: Cli,
  change: StudyChange,
  { json, format = 'json', raw, out, force }: z.output<typeof exportOptions>,
): Promise<void> {
  if (out === undefined && (format === 'parquet' || (json && format === 'csv'))) {
    throw new UserError(
      `While exporting study ${change.study.id}: ${format} needs --out, because ${json ? '--json prints JSON' : 'it is a binary file'} on standard output.`,
    )
  }
  if (out === undefined) {
    if (format === 'json') return printJson(cli, await studyReport(change))
    for (const lines of studyCsv(change.cells, { raw })) await cli.terminal.out(lines)
    return
  }
  refuseUnwritable(out, force)
  const written = await writeFileWhole(out, await renderStudy(change, format, raw), force)
  if (json) return printJson(cli, { studyId: change.study.id, format, ...written })
  cli.terminal.err(`Wrote ${written.file} (${plural(written.bytes, 'byte')}).\n`)
}

async function renderStudy(
  change: StudyChange,
  format: 'csv' | 'parquet' | 'json',
  raw: boolean,
): Promise<Iterable<Chunk>> {
  switch (format) {
    case 'csv':
      return studyCsv(change.cells, { raw })
    case 'parquet':
      return studyParquet(change.cells)
    case 'json':
      return [`${JSON.stringify(await studyReport(change), null, 2)}\n`]
  }
}

function addDelete(studies: Command, cli: Cli): void {
  const remove = aboutStudy(studies, 'delete')
    .description('Move a study that has ended to the trash. Its runs stay, unless --runs says otherwise.')
    .option('--runs', 'its runs go with it')
    .option('--yes', 'really delete it')
    .addHelpText('after', examples([['anneal studies delete mwt --runs --yes', 'it and what it trained']]))
  remove.action(async (given: string) => {
    const { runs, yes, ...options } = readOptions(remove, deleteOptions)
    await withStudy(cli, options, given, async (core, { study }) => {
      if (!yes) {
        throw new UserError(
          `While deleting study ${study.id} (${study.name}, ${plural(study.counts.total, 'run')}): add --yes to really do it.`,
        )
      }
      core.studies.remove(study.id, runs)
      if (options.json) return printJson(cli, { studyId: study.id, deleted: true, runs })
      cli.terminal.err(`Study ${study.id} is in the trash${runs ? ', and so are its runs' : ''}.\n`)
    })
  })
}

function addPresets(studies: Command, cli: Cli): void {
  const presets = addJson(studies.command('presets'))
    .description('List the studies that come with Anneal: papers in small, on the shipped images.')
    .addHelpText(
      'after',
      examples([
        ['anneal studies presets', 'what each asks'],
        ['anneal study --preset trunk --dry-run', 'what one would cost here'],
      ]),
    )
  presets.action(async () => {
    const { json } = readOptions(presets, z.object(jsonOption))
    const found = studyPresets()
    if (json) return printJson(cli, { presets: found })
    await cli.terminal.out(presetList(found, cli.terminal.columns))
  })
}
