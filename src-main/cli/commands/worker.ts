import path from 'node:path'
import type { Command } from 'commander'
import { z } from 'zod'
import { UserError } from '../../../shared/errors.ts'
import { timingsOf } from '../../../shared/worker/timings.ts'
import { type AgentEnd, createAgent } from '../../agent/agent.ts'
import { installedBuild, useBuild as occupyBuild, removeOldBuilds } from '../../agent/builds.ts'
import { comparisonsFile } from '../../agent/comparisonsFile.ts'
import { createHttpsDesk } from '../../agent/httpsDesk.ts'
import { openDesk } from '../../agent/openDesk.ts'
import { type OnceEnd, runOnce } from '../../agent/runOnce.ts'
import { createSelfUpdate, restart } from '../../agent/selfUpdate.ts'
import { createSlots, type Slots } from '../../agent/slots.ts'
import { requeueSlurmJob, slurmJobOf } from '../../agent/slurmJob.ts'
import { type SpoolStatus, spoolStatus } from '../../agent/spoolStatus.ts'
import { readWorkerFile } from '../../agent/workerFile.ts'
import { buildId } from '../../workers/appBundle.ts'
import { addJson, type Cli, jsonOption, printJson, readOptions, wholeNumber } from '../context.ts'
import { bytes } from '../format.ts'
import { examples } from '../help.ts'
import { addWorkerDrain } from './workerDrain.ts'

const folderOption = z.string().min(1, 'must name a folder').optional()
const options = z.object({
  ...jsonOption,
  folder: folderOption,
  slots: wholeNumber(0, 64).optional(),
  cacheGb: wholeNumber(1, 100_000).default(20),
  once: z.union([z.string().min(1, 'must name a run'), z.literal(true)]).optional(),
  run: z.string().min(1, 'must name a run').optional(),
})
type Options = z.infer<typeof options>
const statusOptions = z.object({ ...jsonOption, folder: folderOption })

export function addWorker(program: Command, cli: Cli): void {
  const worker = addJson(program.command('worker'))
    .helpCommand(false)
    .summary('train runs of a lab on another machine, which this one has joined')
    .description(
      'Train runs for the lab that this machine has joined with the command of "anneal workers add", until Ctrl+C. SIGTERM, SIGUSR2 and Ctrl+C keep the state of this moment, and the run goes on elsewhere. Exits 0 when told to end, 1 when the host will have nothing to do with this worker; with --once 0 when the run is over, 75 when another attempt is to go on with it.',
    )
    .option('--folder <folder>', 'folder of the worker (default: ANNEAL_WORKER_FOLDER)')
    .option('--slots <n>', 'runs that share the processor, besides one for each GPU (default: 1)')
    .option('--cache-gb <n>', 'gigabytes that data sets of the lab may take here (default: 20)')
    .option('--once [run]', 'train one attempt of one run, then end: for the jobs of a cluster')
    .option('--run <id>', 'the run of --once')
    .addHelpText(
      'after',
      examples([
        ['anneal worker --folder ~/.anneal-worker/gpu-box', 'train what the lab offers'],
        ['anneal worker --folder /shared/anneal --once mwt0a1b2c3d4', 'one attempt of that run'],
        ['anneal worker status --folder ~/.anneal-worker/gpu-box', 'what the host has not got yet'],
      ]),
    )
  worker.action(async () => {
    const chosen = readOptions(worker, options)
    const folder = folderOf(cli, chosen.folder)
    const run = typeof chosen.once === 'string' ? chosen.once : chosen.run
    if (chosen.once === undefined && run === undefined) return work(cli, folder, chosen)
    if (run === undefined)
      throw new UserError('While starting the worker: --once needs the id of a run; add --run ID.')
    return once(cli, folder, run, chosen)
  })
  const status = addJson(worker.command('status'))
    .description('Say what is kept here of attempts until the host has it. Nothing is changed.')
    .option('--folder <folder>', 'folder of the worker (default: ANNEAL_WORKER_FOLDER)')
    .addHelpText('after', examples([['anneal worker status --json', 'the same for a script']]))
  status.action(async () => {
    const { folder, json } = readOptions(status, statusOptions)
    const found = await spoolStatus(folderOf(cli, folder ?? worker.opts().folder))
    if (json) return printJson(cli, found)
    await cli.terminal.out(`${statusText(found)}\n`)
  })
  addWorkerDrain(worker, cli, (folder) => folderOf(cli, folder))
}

/** @throws UserError when none is said */
function folderOf({ terminal: { env } }: Cli, folder: unknown): string {
  const said = typeof folder === 'string' ? folder : env.ANNEAL_WORKER_FOLDER
  if (said) return path.resolve(said)
  throw new UserError(
    'While starting the worker: the folder of the worker is not known; add --folder FOLDER, as the command of "anneal workers add" has made it.',
  )
}

async function work(cli: Cli, folder: string, { slots, cacheGb, json }: Options): Promise<void> {
  const file = readWorkerFile(folder)
  if ('mail' in file)
    throw new UserError(
      `While starting the worker: ${folder} is for the jobs of a cluster, which train one run each; add --once RUN.`,
    )
  const { log, build } = await begin(cli, folder)
  const desk = createHttpsDesk(file, () => timingsOf().attend)
  const running = installedBuild()
  const update =
    running === undefined ? undefined : createSelfUpdate({ folder, running, fetchApp: desk.app, say: log })
  // The queue's library takes longer to load than all other commands together.
  const { createOfferTaker } = await import('../../agent/offerTaker.ts')
  const agent = await createAgent({
    folder,
    desk,
    slots: slotsOf(folder, slots),
    build,
    cacheBytes: cacheGb * 1e9,
    takeOffers: (context) => createOfferTaker({ workerId: file.id, pin: file.pin, ...context }),
    ...(update && { update }),
    log,
  })
  log(`${file.name} trains for the lab at ${file.host}:${file.port}.`)
  const unhook = onSignal(cli, (signal) => {
    log(`${signal}: keeping the state of this moment.`)
    void agent.close(`Its worker was told to end (${signal}).`)
  })
  let end: AgentEnd
  try {
    end = await agent.ended
  } finally {
    unhook()
    await update?.close()
    desk.close()
  }
  if (end.type === 'update') restart(folder, launchArguments(slots, cacheGb, json))
  if (json) await printJson(cli, end)
  if (end.type === 'refused') refused(cli, end.reason)
}

const launchArguments = (slots: number | undefined, cacheGb: number, json: boolean): string[] => [
  ...(json ? ['--json'] : []),
  ...(slots === undefined ? [] : ['--slots', String(slots)]),
  '--cache-gb',
  String(cacheGb),
]

async function once(cli: Cli, folder: string, runId: string, chosen: Options): Promise<void> {
  const { slots, cacheGb, json } = chosen
  const { env } = cli.terminal
  const file = readWorkerFile(folder)
  const { log, build } = await begin(cli, folder)
  const desk = openDesk(file, () => timingsOf().attend, env)
  const slurmJob = slurmJobOf(env)
  let end: OnceEnd
  const job = runOnce(
    { folder, desk, slots: await oneSlot(folder, slots), build, cacheBytes: cacheGb * 1e9, log },
    { runId, ...(slurmJob !== undefined && { slurmJob }) },
  )
  const unhook = onSignal(cli, (signal) => {
    log(`${signal}: keeping the state of this moment.`)
    job.close(`Its job was told to end (${signal}).`)
  })
  try {
    end = await job.ended
  } finally {
    unhook()
    await desk.close()
  }
  if (json) await printJson(cli, { runId, ...end })
  if (end.type === 'refused') return refused(cli, end.words)
  log(`Run ${runId}: ${end.words}.`)
  if (end.type === 'over') return
  const why = await requeueSlurmJob(env)
  if (why !== undefined) log(`The host submits another job: ${why}`)
  cli.setExitCode(75)
}

function refused(cli: Cli, reason: string): void {
  cli.terminal.err(`${reason}\n`)
  cli.setExitCode(1)
}

async function begin(cli: Cli, folder: string): Promise<{ log(line: string): void; build: string }> {
  const running = installedBuild()
  if (running !== undefined) {
    await occupyBuild(folder, running)
    await removeOldBuilds(folder)
  }
  const log = (line: string): void => cli.terminal.err(`${new Date().toISOString()} ${line}\n`)
  return { log, build: running ?? (await buildId()) }
}

const slotsOf = (folder: string, processorSlots: number | undefined): Slots =>
  createSlots({
    comparisons: comparisonsFile(path.join(folder, 'comparisons.json')),
    ...(processorSlots !== undefined && { processorSlots }),
  })

/** A job has its GPU to itself, else the processor. */
async function oneSlot(folder: string, processorSlots: number | undefined): Promise<Slots> {
  const slots = slotsOf(folder, processorSlots ?? 0)
  await slots.refresh()
  if (processorSlots !== undefined || slots.list().some(({ unusable }) => unusable === undefined))
    return slots
  slots.close()
  return slotsOf(folder, 1)
}

/** Node keeps USR1 for itself. */
function onSignal({ terminal }: Cli, act: (signal: string) => void): () => void {
  const asked = (): void => act('SIGUSR2')
  process.on('SIGUSR2', asked)
  const unhook = terminal.onInterrupt(() => act('told to end'))
  return () => {
    unhook()
    process.off('SIGUSR2', asked)
  }
}

const owners: Readonly<Record<SpoolStatus['owner'], string>> = {
  alive: 'a process here works on it',
  dead: 'its process has ended: the next start of the worker brings it home',
  elsewhere: 'of a process on another machine',
}

function statusText(found: readonly SpoolStatus[]): string {
  if (found.length === 0) return 'Nothing waits here for the host.'
  return found
    .map(({ runId, attempt, events, bytes: size, owner, hasEnded, damage }) => {
      const parts = [
        `${events} ${events === 1 ? 'event' : 'events'} (${bytes(size)})`,
        ...(hasEnded ? ['its trainer has ended'] : []),
        owners[owner],
        ...(damage === null ? [] : [`damaged: ${damage}`]),
      ]
      return `Run ${runId}, attempt ${attempt}: ${parts.join('; ')}.`
    })
    .join('\n')
}
