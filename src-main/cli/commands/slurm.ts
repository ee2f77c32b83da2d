import path from 'node:path'
import type { Command } from 'commander'
import { z } from 'zod'
import { UserError } from '../../../shared/errors.ts'
import { isActive } from '../../../shared/run/state.ts'
import type { Core } from '../../core.ts'
import { createSlurmCommands, SlurmAway } from '../../slurm/commands.ts'
import { createKeptJobs, elementsOf } from '../../slurm/keptJobs.ts'
import {
  folderHere,
  readSlurmSettings,
  type SlurmSettings,
  settingsFile,
  writeFirstSettings,
} from '../../slurm/settings.ts'
import { syncOnce } from '../../slurm/submitter.ts'
import { noMemory } from '../../slurm/sync.ts'
import { type HostAddress, joinSlurm, readSlurmToken } from '../../slurm/workerOfSlurm.ts'
import type { RunRecord } from '../../store/types.ts'
import { hostCertificate } from '../../workers/certificate.ts'
import { workerEnvironment } from '../../workers/environment.ts'
import { ownHost, parseAddress } from '../../workers/ownAddress.ts'
import { addStore, type Cli, printJson, readOptions, storeOptions, withCore, withStored } from '../context.ts'
import { readJsonFile } from '../files.ts'
import { findRun } from '../findRun.ts'
import { findStudy } from '../findStudy.ts'
import { plural } from '../format.ts'
import { examples } from '../help.ts'
import { table } from '../table.ts'

const plainOptions = z.object(storeOptions)
const setupOptions = z.object({ ...storeOptions, address: z.string().min(1).optional() })
const submitOptions = z.object({ ...storeOptions, spec: z.string().min(1).optional() })

/** `slurm`: runs of this lab as jobs of a cluster. */
export function addSlurm(program: Command, cli: Cli): void {
  const slurm = program
    .command('slurm')
    .helpCommand(false)
    .summary('runs as jobs of a Slurm cluster: setup, submit, jobs, cancel')
    .description(
      'Runs as jobs of a Slurm cluster, submitted here or by ssh. What they say comes back while the app is open ("anneal serve").',
    )
  addSetup(slurm, cli)
  addSubmit(slurm, cli)
  addJobs(slurm, cli)
  addCancel(slurm, cli)
}

function addSetup(slurm: Command, cli: Cli): void {
  const setup = addStore(slurm.command('setup'))
    .description(
      'Write a settings file to begin with; done again, make the shared folder ready that it names.',
    )
    .option('--address <host>', 'for "transport": "https": how the nodes reach this machine')
    .addHelpText(
      'after',
      examples([['anneal slurm setup', 'says which file to fill in, then that all is ready']]),
    )
  setup.action(async () => {
    const { address, ...options } = readOptions(setup, setupOptions)
    await withCore(cli, options, async (core) => {
      const file = settingsFile(core.home)
      if (writeFirstSettings(core.home)) {
        if (options.json) return printJson(cli, { file, isReady: false })
        return cli.terminal.err(
          `${file} is written. Set there what your cluster needs, then run "anneal slurm setup" again.\n`,
        )
      }
      const settings = settingsOf(core)
      const worker = await joinSlurm(
        settings,
        core.store.workers,
        await hostAddress(cli, core, settings, address),
      )
      if (options.json) return printJson(cli, { file, isReady: true, workerId: worker.id })
      cli.terminal.err(
        `Slurm is ready: jobs are told where to find this lab in ${path.posix.join(settings.folder, 'worker.json')}.\nTry it with: anneal slurm submit RUN; what the jobs say comes while the app is open.\n`,
      )
    })
  })
}

function addSubmit(slurm: Command, cli: Cli): void {
  const submit = addStore(slurm.command('submit'))
    .argument('[run|study]', 'name or id of a run that waits, or of a study whose runs wait')
    .description('Submit a run, or the runs of a study as an array.')
    .option('--spec <file>', 'a new run instead: JSON file with at least "schedule" and "budget"')
    .addHelpText(
      'after',
      examples([
        ['anneal slurm submit mwt', 'a run that waits in the queue'],
        ['anneal slurm submit --spec run.json', 'a new run'],
        ['anneal slurm submit rates', 'all that wait of a study, as an array'],
      ]),
    )
  submit.action(async (given: string | undefined) => {
    const { spec, ...options } = readOptions(submit, submitOptions)
    if ((given === undefined) === (spec === undefined))
      throw new UserError(
        'While reading the options of "anneal slurm submit": name a run or a study, or give --spec; one of the two.',
      )
    const content = spec === undefined ? undefined : readJsonFile(spec, 'reading the run spec')
    await withCore(cli, options, async (core) => {
      const settings = readySettings(core)
      const runs =
        given === undefined
          ? [await core.runs.enqueue(content, undefined, { at: 'slurm' })]
          : placedBySlurm(core, given)
      await sync(core, settings)
      await tellRuns(cli, core, options.json, runs)
    })
  })
}

function addJobs(slurm: Command, cli: Cli): void {
  const jobs = addStore(slurm.command('jobs'))
    .description('List the jobs of this lab that Slurm has, with their runs.')
    .addHelpText('after', examples([['anneal slurm jobs', 'as squeue says it now']]))
  jobs.action(async () => {
    const options = readOptions(jobs, plainOptions)
    await withStored(cli, options, async (core) => {
      const settings = settingsOf(core)
      const found = await orInWords(createSlurmCommands(settings.login).jobs())
      const rows = createKeptJobs(core.home)
        .list()
        .flatMap(elementsOf)
        .flatMap(({ job, runId }) => {
          const state = found.get(job)
          return state === undefined ? [] : [{ job, runId, state: state.state, reason: state.reason }]
        })
      if (options.json) return printJson(cli, { jobs: rows })
      if (rows.length === 0) return cli.terminal.err('Slurm has no job of this lab.\n')
      const columns = [
        { head: 'job' },
        { head: 'state' },
        { head: 'run' },
        { head: 'name', shrinkTo: 12 },
        { head: 'status' },
        { head: 'reason', shrinkTo: 12 },
      ]
      const cells = rows.map(({ job, runId, state, reason }) => {
        const run = foundRun(core, runId)
        return [job, state, runId, run?.name ?? 'deleted', run?.status ?? '', reason ?? '']
      })
      await cli.terminal.out(table(columns, cells, cli.terminal.columns))
    })
  })
}

function addCancel(slurm: Command, cli: Cli): void {
  const cancel = addStore(slurm.command('cancel'))
    .argument('<run|study>', 'name or id of a run, or of a study')
    .description('Stop a run that Slurm has, or all such runs of a study, and cancel their jobs.')
    .addHelpText('after', examples([['anneal slurm cancel mwt', 'a run that trains keeps its state first']]))
  cancel.action(async (given: string) => {
    const options = readOptions(cancel, plainOptions)
    await withStored(cli, options, async (core) => {
      const settings = readySettings(core)
      const runs = meant(core, given).filter(
        ({ place, status }) => place?.placement.at === 'slurm' && (status === 'queued' || isActive(status)),
      )
      if (runs.length === 0)
        throw new UserError(`While cancelling ${given}: Slurm has no run of it that waits or trains.`)
      for (const { id } of runs) await core.runs.command(id, { type: 'stop', when: 'now' }, 0)
      await sync(core, settings)
      await tellRuns(cli, core, options.json, runs)
    })
  })
}

/** @throws UserError where no settings were written */
function settingsOf(core: Core): SlurmSettings {
  const settings = readSlurmSettings(core.home)
  if (settings !== undefined) return settings
  throw new UserError('Slurm is not set up for this lab; begin with "anneal slurm setup".')
}

/** @throws UserError where jobs could not reach this lab */
function readySettings(core: Core): SlurmSettings {
  const settings = settingsOf(core)
  const isOverSsh = settings.transport === 'https' && settings.login !== null
  if (isOverSsh || readSlurmToken(settings) !== undefined) return settings
  throw new UserError(
    `While looking for the worker of Slurm in ${folderHere(settings)}: there is none; run "anneal slurm setup".`,
  )
}

/** @throws UserError for an address that is none */
async function hostAddress(
  cli: Cli,
  core: Core,
  settings: SlurmSettings,
  given: string | undefined,
): Promise<HostAddress> {
  if (settings.transport === 'folder') return { mail: settings.folder }
  const { port } = workerEnvironment(cli.terminal.env)
  const at = given === undefined ? { host: ownHost(), port } : parseAddress(given, port)
  const { sha256 } = await hostCertificate(path.join(core.home, 'workers'))
  return { ...at, pin: sha256 }
}

/** The runs of a study, or the one run. @throws UserError where nothing is meant */
function meant(core: Core, given: string): RunRecord[] {
  const { read } = core.store
  const study = read.studies().find(({ id, name }) => id === given || name === given)
  if (study === undefined) return [findRun(read, given)]
  const { cells } = findStudy(read, study.id)
  return cells.flatMap(({ status, runId }) => (status === 'deleted' ? [] : [read.run(runId)]))
}

/** @throws UserError where none of them waits */
function placedBySlurm(core: Core, given: string): RunRecord[] {
  const runs = meant(core, given)
  const waiting = runs.filter(({ status }) => status === 'queued')
  if (waiting.length === 0)
    throw new UserError(
      `While submitting ${given} to Slurm: ${runs.length === 1 ? `it is ${runs[0]?.status}` : 'none of its runs waits'}; only what waits in the queue can be submitted.`,
    )
  for (const { id, place } of waiting)
    if (place?.placement.at !== 'slurm') core.store.workers.place(id, { at: 'slurm' })
  return waiting
}

const sync = (core: Core, settings: SlurmSettings): Promise<void> =>
  orInWords(
    syncOnce(
      {
        home: core.home,
        store: core.store,
        onQueueChanged: () => core.runs.pokeQueue(),
      },
      settings,
      noMemory(),
    ),
  )

async function orInWords<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (!(error instanceof SlurmAway)) throw error
    throw new UserError(
      `While asking Slurm: ${error.message}; what is placed there is submitted when it can be reached.`,
    )
  }
}

async function tellRuns(cli: Cli, core: Core, json: boolean, runs: readonly RunRecord[]): Promise<void> {
  const now = runs.map(({ id }) => core.store.read.run(id))
  if (json)
    return printJson(cli, {
      runs: now.map(({ id, status, place }) => ({ runId: id, status, slurm: place?.slurm ?? null })),
    })
  for (const { id, status, place } of now.slice(0, 20)) {
    const job = place?.slurm == null ? 'no job' : `Slurm job ${place.slurm.job}, ${place.slurm.state}`
    cli.terminal.err(`Run ${id} is ${status}: ${job}\n`)
  }
  if (now.length > 20) cli.terminal.err(`and ${plural(now.length - 20, 'run')} more\n`)
}

function foundRun(core: Core, runId: string): RunRecord | undefined {
  try {
    return core.store.read.run(runId)
  } catch (error) {
    if (error instanceof UserError) return undefined
    throw error
  }
}
