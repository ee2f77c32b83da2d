import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { z } from 'zod'
import type { Services } from '../../../shared/api/services.ts'
import { UserError } from '../../../shared/errors.ts'
import { visibleText } from '../../../shared/visibleText.ts'
import { createFiles, createServices } from '../../api/index.ts'
import type { Core } from '../../core.ts'
import { uploadsFolder } from '../../datasets/dataUploads.ts'
import { boundServices } from '../../serve/folders.ts'
import { openBrowser } from '../../serve/openBrowser.ts'
import { secretOf } from '../../serve/secret.ts'
import type { RunningServer } from '../../serve/server.ts'
import {
  addStore,
  type Cli,
  printJson,
  readOptions,
  storeOptions,
  wholeNumber,
  withCore,
} from '../context.ts'
import { examples } from '../help.ts'

/** The port tried first, so that a bookmark and an open page find the way back. */
const usualPort = 7341

const options = z.object({
  ...storeOptions,
  port: wholeNumber(0, 65_535).optional(),
  open: z.boolean().default(true),
  allowFolder: z.array(z.string().min(1, 'must name a folder')).default([]),
  newKey: z.boolean().default(false),
  exposeToNetwork: z.boolean().default(false),
  host: z.string().min(1, 'must be an address of this machine').optional(),
})
type Options = z.infer<typeof options>

const root = fileURLToPath(new URL('../../../', import.meta.url))

export function addServe(program: Command, cli: Cli): void {
  const command = addStore(program.command('serve'))
    .summary('the app in a browser')
    .description(
      'Serve the app to a browser on this machine. Only browsers that opened the printed address get in; over an SSH tunnel (ssh -L 7341:127.0.0.1:7341) that may be one on another machine.',
    )
    .option('--port <n>', `port to listen on (default: ${usualPort}, or a free one when that is taken)`)
    .option('--no-open', 'print the address and open nothing')
    .option(
      '--allow-folder <folder>',
      'let the browser read data in this folder too, besides your own; may be given several times',
      (folder: string, before: string[] = []) => [...before, folder],
    )
    .option('--new-key', 'sign out every browser that was let in before')
    .option(
      '--expose-to-network',
      'listen beyond this machine: whoever sees the address or the unencrypted traffic can start programs on it as you',
    )
    .option('--host <address>', 'with --expose-to-network: address to listen on (default: all, 0.0.0.0)')
    .addHelpText(
      'after',
      examples([
        ['anneal serve --no-open', 'prints the address to open'],
        ['anneal serve --allow-folder /data', 'data sets can be imported from there too'],
        ['anneal serve --new-key', 'only browsers that open the new address get in'],
      ]),
    )
  command.action(async () => {
    const chosen = readOptions(command, options)
    const exposedAs = exposure(chosen)
    // What is logged of workers may hold what they sent.
    const log = (line: string): void => cli.terminal.err(`${visibleText(line)}\n`)
    await withCore(cli, { db: chosen.db, log }, (core) => serve(cli, core, chosen, exposedAs))
  })
}

/** @throws UserError when an address is given without saying what it means */
function exposure({ host, exposeToNetwork }: Options): string | undefined {
  const isLoopback = host === undefined || ['localhost', '127.0.0.1', '::1'].includes(host)
  if (isLoopback) return exposeToNetwork ? (host ?? '0.0.0.0') : undefined
  if (exposeToNetwork) return host
  throw new UserError(
    `While starting the server: --host ${host} would let other machines in; add --expose-to-network if that is meant, or use an SSH tunnel.`,
  )
}

async function serve(cli: Cli, core: Core, chosen: Options, exposedAs: string | undefined): Promise<void> {
  const windowFolder = builtWindow(cli)
  const services = servicesFor(core, windowFolder, chosen.allowFolder)
  const log = (line: string): void => cli.terminal.err(`${line}\n`)
  // Its libraries are not for other commands to load.
  const { startServer } = await import('../../serve/server.ts')
  const server = await listen(chosen.port, (port) =>
    startServer({
      services,
      files: createFiles(core),
      windowFolder,
      secret: () => secretOf(core.home, chosen.newKey, log),
      port,
      ...(exposedAs !== undefined && { exposedAs }),
      log,
    }),
  )
  // Not before: one that finds its port taken must leave the queue as it was.
  core.runs.workOnQueue()
  core.elsewhere.followAll()
  await core.workers.listen()
  try {
    if (chosen.json) await printJson(cli, { url: server.url })
    else await cli.terminal.out(`Anneal is at ${server.url}\n`)
    if (chosen.open) await open(cli, server)
    await interrupted(cli)
  } finally {
    await server.close()
  }
}

/** @throws UserError when a folder that was named is not there */
function servicesFor(core: Core, windowFolder: string, named: readonly string[]): Services {
  for (const folder of named) {
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
      throw new UserError(
        `While starting the server: --allow-folder ${folder} is not a folder here; check the path.`,
      )
  }
  const services = createServices(core, 'browser', { windowFolder })
  return boundServices(services, { named, own: core.home, uploads: uploadsFolder(core.home) })
}

/** ANNEAL_WINDOW, or where the build puts it. @throws UserError when there is nothing to serve */
function builtWindow({ terminal: { env } }: Cli): string {
  const { ANNEAL_WINDOW } = env
  const folder = ANNEAL_WINDOW ? path.resolve(ANNEAL_WINDOW) : path.join(root, 'out', 'renderer')
  if (existsSync(path.join(folder, 'index.html'))) return folder
  throw new UserError(
    ANNEAL_WINDOW
      ? `While starting the server: ANNEAL_WINDOW names a folder without index.html (received ${folder}); build the window into it, or unset it.`
      : `While starting the server: the window is not built yet; run "npm run build" in ${root}.`,
  )
}

async function open({ terminal }: Cli, server: RunningServer): Promise<void> {
  const opened = await openBrowser(server.oneTimeUrl(), terminal.env)
  terminal.err(
    opened === undefined
      ? 'No browser could be opened here; open the address above. Ctrl+C ends Anneal.\n'
      : `Opened in ${opened}. Ctrl+C ends Anneal.\n`,
  )
}

/** @throws UserError when the port that was asked for cannot be had */
async function listen(
  asked: number | undefined,
  start: (port: number) => Promise<RunningServer>,
): Promise<RunningServer> {
  try {
    return await start(asked ?? usualPort)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code !== 'EADDRINUSE' && code !== 'EACCES' && code !== 'EADDRNOTAVAIL') throw error
    if (asked === undefined && code === 'EADDRINUSE') return start(0)
    const why =
      code === 'EADDRINUSE'
        ? 'is taken'
        : code === 'EACCES'
          ? 'may not be used'
          : 'is not to be had at this address'
    throw new UserError(`While starting the server: port ${asked} ${why}; choose another with --port.`)
  }
}

function interrupted({ terminal }: Cli): Promise<void> {
  return new Promise((resolve) => {
    const unhook = terminal.onInterrupt(() => {
      unhook()
      resolve()
    })
  })
}
