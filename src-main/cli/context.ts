import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { z } from 'zod'
import { parseOrExplain, UserError } from '../../shared/errors.ts'
import { keepNonFinite } from '../../shared/json.ts'
import { visibleJson } from '../../shared/visibleText.ts'
import { type Core, databaseFile, openCore } from '../core.ts'
import { homeFolder } from '../homeFolder.ts'
import type { RunRecord } from '../store/types.ts'
import type { ExitCode } from './exitCode.ts'
import { findRun } from './findRun.ts'
import type { Terminal } from './terminal.ts'

/** What every command is given. */
export interface Cli {
  readonly terminal: Terminal
  setExitCode(code: ExitCode): void
}

/** Options every command has. */
export const jsonOption = { json: z.boolean().default(false) }
export const storeOptions = { ...jsonOption, db: z.string().min(1, 'must name a file').optional() }

export function addJson(command: Command): Command {
  return command.option('--json', 'print one JSON document on standard output')
}

export function addStore(command: Command): Command {
  return addJson(command).option(
    '--db <file>',
    'database file (default: anneal.db in ANNEAL_HOME, else in the data folder of the platform)',
  )
}

/** A command about one stored run. */
export function addRunCommand(parent: Command, name: string): Command {
  return addStore(parent.command(name)).argument('<run>', 'name of the run, or its id or a beginning of it')
}

/** Whole numbers as they are typed. */
export const wholeNumber = (least: number, most = 1e9) =>
  z
    .string()
    .regex(/^\d{1,12}$/, 'must be a whole number')
    .transform(Number)
    .refine((n) => n >= least && n <= most, `must be from ${least} to ${most}`)

/** The command's options, checked. @throws UserError naming the option and the value */
export function readOptions<T>(command: Command, schema: z.ZodType<T>): T {
  return parseOrExplain(schema, command.opts(), `reading the options of "${commandPath(command)}"`)
}

/** Opens the services for one command and closes them whatever happens. */
export async function withCore<T>(
  cli: Cli,
  options: { readonly db?: string | undefined; readonly log?: (line: string) => void },
  use: (core: Core) => Promise<T>,
): Promise<T> {
  const { env } = cli.terminal
  const core = openCore({
    home: homeFolder(env),
    db: databaseFile(env, options.db),
    ...(options.log !== undefined && { log: options.log }),
  })
  const { access, fault } = core.store.health()
  if (access === 'read' && fault !== null)
    cli.terminal.err(`Nothing is stored, since the lab is open for reading only. ${fault.words}\n`)
  try {
    return await use(core)
  } finally {
    for (const words of core.store.read.damage()) cli.terminal.err(`${words}\n`)
    await core.close()
  }
}

/** `withCore` for what only makes sense in a database that is there. @throws UserError when `--db` names none */
export async function withStored<T>(
  cli: Cli,
  options: { readonly db?: string | undefined },
  use: (core: Core) => Promise<T>,
): Promise<T> {
  refuseAbsent(options.db)
  return withCore(cli, options, use)
}

/** A misspelt name must not become a new, empty database. The default database may be made: its name was not typed. */
function refuseAbsent(db: string | undefined): void {
  if (db === undefined || existsSync(db)) return
  throw new UserError(`The database ${db} is not there, so it holds no runs; check the path given to --db.`)
}

/** `withStored` for the run of that name or id. @throws UserError when no run or more than one is meant */
export function withRun<T>(
  cli: Cli,
  options: { readonly db?: string | undefined },
  id: string,
  use: (core: Core, run: RunRecord) => Promise<T>,
): Promise<T> {
  return withStored(cli, options, (core) => use(core, findRun(core.store.read, id)))
}

/** A command as the user would type it where they are now. */
export function typed({ terminal: { env } }: Cli, command: string): string {
  const fromNpm = env.npm_lifecycle_event === 'anneal' || env.npm_lifecycle_event === 'demo'
  return `${fromNpm ? 'npm run -s anneal --' : 'anneal'} ${command}`
}

/** The one JSON document of a command. */
export function printJson(cli: Cli, document: unknown): Promise<void> {
  return cli.terminal.out(`${visibleJson(JSON.stringify(document, keepNonFinite, 2))}\n`)
}

function commandPath(command: Command): string {
  const names: string[] = []
  for (let at: Command | null = command; at !== null; at = at.parent) names.unshift(at.name())
  return names.join(' ')
}
