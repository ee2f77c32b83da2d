import { spawn } from 'node:child_process'
import path from 'node:path'
import type { Command } from 'commander'
import { z } from 'zod'
import type { WorkerInfo } from '../../../shared/api/workers.ts'
import { UserError, wordsOf } from '../../../shared/errors.ts'
import { timingsOf } from '../../../shared/worker/timings.ts'
import { createHttpsDesk } from '../../agent/httpsDesk.ts'
import type { Core } from '../../core.ts'
import type { Desk } from '../../workerLink/desk.ts'
import { hostCertificate } from '../../workers/certificate.ts'
import { fetchOverStreams } from '../../workers/fetchOverStreams.ts'
import { listeningProgram } from '../../workers/listener.ts'
import { addStore, type Cli, printJson, readOptions, storeOptions, withStored } from '../context.ts'
import { examples } from '../help.ts'
import { untilInterrupted } from '../untilInterrupted.ts'

const options = z.object({
  ...storeOptions,
  ssh: z.string().regex(/^[^-\s]\S*$/, 'must be what you type after ssh: "gpu-box", or "me@gpu-box"'),
  folder: z.string().min(1, 'must name a folder of that machine').optional(),
  run: z.string().min(1, 'must be a command').optional(),
})

/** @param findWorker the worker of that name or id  @throws UserError where none, or more than one, is meant */
export function addWorkersFetch(
  workers: Command,
  cli: Cli,
  findWorker: (core: Core, given: string) => Promise<WorkerInfo>,
): void {
  const command = addStore(workers.command('fetch'))
    .argument('<worker>', 'its name or id')
    .description(
      'Take in over SSH what a worker has kept for this lab, where it does not reach this machine itself. Its agent must have ended.',
    )
    .requiredOption('--ssh <login>', 'the machine, as you type it after ssh')
    .option('--folder <folder>', 'folder of the worker there (default: ~/.anneal-worker/<name>)')
    .option('--run <command>', 'what runs there (default: the worker in its folder, with "drain")')
    .addHelpText(
      'after',
      examples([
        ['anneal workers fetch gpu-box --ssh me@10.0.0.7', 'what trained there while the network was away'],
      ]),
    )
  command.action(async (given: string) => {
    const chosen = readOptions(command, options)
    await withStored(cli, chosen, async (core) => {
      const worker = await findWorker(core, given)
      const remote = chosen.run ?? `${launcher(chosen.folder, worker.name)} drain`
      await untilInterrupted(cli, (signal) => fetchFrom(cli, core, worker, [chosen.ssh, remote], signal))
      if (chosen.json) await printJson(cli, { id: worker.id, name: worker.name, fetched: true })
      else cli.terminal.err(`What ${worker.name} kept is here.\n`)
    })
  })
}

/** For the shell of the other machine. */
const launcher = (folder: string | undefined, name: string): string =>
  folder === undefined
    ? `"$HOME/.anneal-worker/${name}/worker"`
    : `'${`${folder}/worker`.replaceAll("'", "'\\''")}'`

/** Runs that a program of this lab watches are stored by that one alone: it is asked as the worker would ask it. */
async function listeningDesk({ home, store }: Core): Promise<((token: string) => Desk) | undefined> {
  const folder = path.join(home, 'workers')
  const found = listeningProgram(folder)
  if (found === undefined || found.database !== store.path) return undefined
  const { sha256: pin } = await hostCertificate(folder)
  return (token) =>
    createHttpsDesk({ host: '127.0.0.1', port: found.port, pin, token }, () => timingsOf().attend)
}

/** @throws UserError where not all of it has come */
async function fetchFrom(
  cli: Cli,
  core: Core,
  worker: WorkerInfo,
  login: readonly [string, string],
  signal: AbortSignal,
): Promise<void> {
  const doing = `While fetching what ${worker.name} keeps over "ssh ${login[0]}"`
  // Before: what a program has said that ends before anybody reads is dropped by Node.
  const listening = await listeningDesk(core)
  // Its words are for the user: which run has come, or why ssh was turned away.
  const ssh = spawn('ssh', login, {
    stdio: ['pipe', 'pipe', 'inherit'],
    signal,
    env: { ...cli.terminal.env },
  })
  const ended = new Promise<number | string>((resolve) => {
    ssh.once('error', (error) => resolve(error.message))
    ssh.once('close', (code, by) => resolve(code ?? by ?? 'it ended'))
  })
  ssh.stdin.on('error', () => undefined)
  const problem = await fetchOverStreams({
    worker,
    deskFor: listening ?? (() => core.workers.deskFor(worker.id)),
    input: ssh.stdout,
    output: ssh.stdin,
    log: (line) => cli.terminal.err(`${line}\n`),
  }).catch((error: unknown) => wordsOf(error))
  ssh.stdin.end()
  const code = await ended
  if (code === 0 && problem === undefined) return
  throw new UserError(
    `${doing}: ${problem ?? 'not all of it has come'} (ssh ended with ${code}); see what it says above, and try again: what has come is not sent twice.`,
  )
}
