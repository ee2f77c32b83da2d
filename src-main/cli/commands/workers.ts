import type { Command } from 'commander'
import { z } from 'zod'
import { addWorker, type Invitation, type WorkerInfo, workerSettings } from '../../../shared/api/workers.ts'
import { parseOrExplain, UserError } from '../../../shared/errors.ts'
import type { Core } from '../../core.ts'
import { ownAddresses } from '../../workers/ownAddress.ts'
import {
  addStore,
  type Cli,
  printJson,
  readOptions,
  storeOptions,
  typed,
  withCore,
  withStored,
} from '../context.ts'
import { findNamed } from '../findNamed.ts'
import { duration, moment } from '../format.ts'
import { examples } from '../help.ts'
import { commandedText, workersTable } from '../workersText.ts'
import { wrap } from '../wrap.ts'
import { addServeQueue } from './serveQueue.ts'
import { addWorkersFetch } from './workersFetch.ts'

const storeOnly = z.object(storeOptions)
const addOptions = z.object({
  ...storeOptions,
  address: z.string().optional(),
  again: z.boolean().default(false),
})

export function addWorkers(program: Command, cli: Cli): void {
  const workers = program
    .command('workers')
    .helpCommand(false)
    .summary(
      'other machines that train runs of this lab: add, list, drain, welcome, remove, patience, serve-queue, fetch',
    )
    .description(
      'Other machines that train runs of this lab. Nothing of this listens before the first one is added.',
    )
  addAdd(workers, cli)
  addList(workers, cli)
  addCommands(workers, cli)
  addPatience(workers, cli)
  addServeQueue(workers, cli)
  addWorkersFetch(workers, cli, findWorker)
}

function addAdd(workers: Command, cli: Cli): void {
  const add = addStore(workers.command('add'))
    .argument('<name>', 'what to call the machine: up to 40 of a-z, 0-9 and -')
    .description(
      'Print one command that makes another machine a worker. That machine runs Linux or macOS (on Windows: WSL) and has Node 20 or later with npm; it fetches the rest from here.',
    )
    .option(
      '--address <address>',
      'how the other machine reaches this one: a name or an address, with a port if need be',
    )
    .option('--again', 'a new command for one that has joined: the token it has is void')
    .addHelpText(
      'after',
      examples([
        ['anneal workers add gpu-box', 'prints the command to paste there'],
        ['anneal workers add gpu-box | ssh gpu-box sh', 'the same over SSH'],
        ['anneal workers add gpu-box --address lab.example.org', 'where it knows this machine by that name'],
      ]),
    )
  add.action(async (name: string) => {
    const { address, again, json, db } = readOptions(add, addOptions)
    const asked = parseOrExplain(
      addWorker,
      { name, ...(address !== undefined && { address }) },
      'adding a worker',
    )
    await withCore(cli, { db }, async (core) => {
      const invitation = await invite(cli, core, asked, again)
      const { address: listensAt, queue } = await core.workers.info()
      if (json) return printJson(cli, { ...invitation, listensAt, addresses: ownAddresses() })
      await cli.terminal.out(`${invitation.command}\n`)
      cli.terminal.err(
        `${adviceText(cli, invitation, { isGuessed: address === undefined, listens: listensAt !== null, hasQueue: queue.state !== 'none' })}\n`,
      )
    })
  })
}

/** A new command for one that was invited, else a new worker. @throws UserError for one that has joined, unless it is meant */
async function invite(
  cli: Cli,
  { workers }: Core,
  asked: z.infer<typeof addWorker>,
  again: boolean,
): Promise<Invitation> {
  const known = (await workers.info()).workers.find(({ name }) => name === asked.name)
  if (known === undefined) {
    if (!again) return workers.add(asked)
    throw new UserError(
      `While adding a worker: there is no worker ${asked.name} to join again; leave --again out.`,
    )
  }
  if (known.state === 'invited' || again) return workers.inviteAgain(known.id, asked.address)
  throw new UserError(
    `While adding a worker: ${asked.name} has joined already; give another name, or join it again with "${typed(cli, `workers add ${asked.name} --again`)}".`,
  )
}

interface Standing {
  /** The address in the command was not said by the user. */
  readonly isGuessed: boolean
  readonly listens: boolean
  readonly hasQueue: boolean
}

function adviceText(
  cli: Cli,
  { validUntil }: Invitation,
  { isGuessed, listens, hasQueue }: Standing,
): string {
  const lines = [
    `Paste the command above into a shell on the other machine. It works once, until ${moment(validUntil)}.`,
    ...(isGuessed
      ? [
          `If that machine does not reach this one so, say how it does with --address; this machine has ${ownAddresses().join(', ')}.`,
        ]
      : []),
    ...(listens
      ? []
      : [
          `Nothing of this lab listens for workers yet. An app that is open begins to within some seconds; where none is, start "${typed(cli, 'serve')}" first.`,
        ]),
    ...(hasQueue
      ? []
      : [
          `Workers hear of runs by a queue, and there is none yet: start "${typed(cli, 'workers serve-queue')}" too.`,
        ]),
  ]
  return lines.map((line) => wrap(line, cli.terminal.columns)).join('\n')
}

function addList(workers: Command, cli: Cli): void {
  const list = addStore(workers.command('list'))
    .description(
      'List the workers: their state, devices, load, what they train, and whether they are in touch.',
    )
    .addHelpText('after', examples([['anneal workers list --json', 'the same for a program']]))
  list.action(async () => {
    const options = readOptions(list, storeOnly)
    await withStored(cli, options, async (core) => {
      const { workers: all, address, patience } = await core.workers.info()
      if (options.json) return printJson(cli, { workers: all, address, patience })
      if (all.length > 0) return cli.terminal.out(workersTable(all, cli.terminal.columns))
      cli.terminal.err(`There is no worker. Add one with: ${typed(cli, 'workers add <name>')}\n`)
    })
  })
}

const commands = [
  ['drain', 'Let a worker take no more runs; what trains on it goes on.'],
  ['welcome', 'Let a worker take runs again that was drained, or is out after runs failed on it.'],
  ['remove', 'Let a worker go: its token is void at once, and its runs wait for another place.'],
] as const

function addCommands(workers: Command, cli: Cli): void {
  for (const [name, does] of commands) {
    const command = addStore(workers.command(name))
      .argument('<worker>', 'its name or id')
      .description(does)
      .addHelpText('after', examples([[`anneal workers ${name} gpu-box`, 'the one of that name']]))
    command.action(async (given: string) => {
      const options = readOptions(command, storeOnly)
      await withStored(cli, options, async (core) => {
        const worker = await findWorker(core, given)
        await core.workers.command({ id: worker.id, command: name })
        if (options.json) return printJson(cli, { id: worker.id, name: worker.name, command: name })
        cli.terminal.err(`${commandedText(worker.name, name, worker.training.length)}\n`)
      })
    })
  }
}

/** @throws UserError where none, or more than one, is meant */
async function findWorker(core: Core, given: string): Promise<WorkerInfo> {
  const { workers } = await core.workers.info()
  return findNamed(given, {
    what: 'worker',
    byId(prefix) {
      const [only, ...others] = workers.filter(({ id }) => id.startsWith(prefix))
      if (prefix !== '' && only !== undefined && others.length === 0) return only
      const why = others.length > 0 ? 'begin more than one id' : 'begin no id'
      throw new UserError(`While looking for worker "${given}": these letters ${why} of a worker.`)
    },
    candidates: () => workers,
    describe: ({ id, name, state }) => `${id} (${name}, ${state})`,
    names: () => workers.map(({ name }) => name),
  })
}

const units = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const span = z
  .string()
  .regex(/^\d{1,6}[smhd]$/, 'must be a whole number with a unit, s, m, h or d: "30m"')
  .transform((text) => Number(text.slice(0, -1)) * units[z.enum(['s', 'm', 'h', 'd']).parse(text.slice(-1))])
  .pipe(workerSettings.shape.patience)

function addPatience(workers: Command, cli: Cli): void {
  const patience = addStore(workers.command('patience'))
    .argument('[time]', 'from 10s to 7d, as in 90s, 30m, 2h')
    .description(
      'For how long a worker that is out of touch is waited for, before its runs begin elsewhere from their last stored checkpoint. Without a time: how it is set.',
    )
    .addHelpText('after', examples([['anneal workers patience 2h', 'for a network that is often away']]))
  patience.action(async (text: string | undefined) => {
    const options = readOptions(patience, storeOnly)
    const chosen =
      text === undefined ? undefined : parseOrExplain(span, text, 'setting the patience with workers')
    await withCore(cli, options, async (core) => {
      if (chosen !== undefined) core.workers.setSettings({ patience: chosen })
      const { patience: now } = await core.workers.info()
      if (options.json) return printJson(cli, { patience: now })
      cli.terminal.err(`A worker that is out of touch is waited for, for ${duration(now / 1000)}.\n`)
    })
  })
}
