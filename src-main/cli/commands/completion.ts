import { existsSync, readdirSync } from 'node:fs'
import tab from '@bomb.sh/tab/commander'
import type { Command } from 'commander'
import { presets, scheduleFamilies } from '../../../shared/schedule/index.ts'
import { databaseFile } from '../../core.ts'
import { openStore } from '../../store/index.ts'
import type { Store } from '../../store/types.ts'
import { studyPresets } from '../../studies/presets.ts'
import type { Cli } from '../context.ts'
import { examples } from '../help.ts'

type Completion = ReturnType<typeof tab>
type Offer = (value: string, description: string) => void

/** Adds `completion <shell>` (bash, zsh, fish, powershell), and the values that only this program knows. */
export function addCompletion(program: Command, cli: Cli): void {
  const completion = tab(program, { completionCommandName: 'completion' })
  program.commands
    .find((command) => command.name() === 'completion')
    ?.description('Print a script that completes commands, options and run ids in your shell.')
    .addHelpText(
      'after',
      examples([
        ['anneal completion bash >> ~/.bashrc', 'bash'],
        ['anneal completion zsh >> ~/.zshrc', 'zsh, after compinit'],
        ['anneal completion fish > ~/.config/fish/completions/anneal.fish', 'fish'],
      ]),
    )
  const offerRuns = (offer: Offer): void => runIds(cli, offer)
  for (const command of [
    'resume',
    'extend',
    'branch',
    'stop',
    'pause',
    'unpause',
    'anneal',
    'queue move',
    'runs show',
    'runs export',
    'runs delete',
    'snapshots list',
  ]) {
    setArgument(completion, command, 'run', offerRuns)
  }
  const offerStudies = (offer: Offer): void => studyIds(cli, offer)
  for (const command of [
    'show',
    'pause',
    'resume',
    'cancel',
    'retry',
    'extend',
    'move',
    'edit',
    'export',
    'delete',
  ])
    setArgument(completion, `studies ${command}`, 'study', offerStudies)
  setOption(completion, 'ensemble', 'study', offerStudies)
  setOption(completion, 'study', 'preset', (offer) => {
    for (const { id, title } of studyPresets()) offer(id, title)
  })
  for (const command of ['ensemble', 'ensembles list']) setOption(completion, command, 'run', offerRuns)
  setOption(completion, 'schedule', 'preset', (offer) => {
    for (const { id, name } of presets) offer(id, name)
  })
  setOption(completion, 'schedule', 'kind', (offer) => {
    for (const { kind, about } of scheduleFamilies) offer(kind, about)
  })
  for (const command of ['train', 'schedule', 'branch', 'find-lr', 'sweep', 'study'])
    setOption(completion, command, 'spec', jsonFiles)
}

function setArgument(
  completion: Completion,
  command: string,
  name: string,
  handler: (offer: Offer) => void,
): void {
  const argument = completion.commands.get(command)?.arguments.get(name)
  if (argument === undefined) throw new Error(`no argument ${name} of ${command} to complete`)
  argument.handler = handler
}

function setOption(
  completion: Completion,
  command: string,
  name: string,
  handler: (offer: Offer) => void,
): void {
  const option = completion.commands.get(command)?.options.get(name)
  if (option === undefined) throw new Error(`no option ${name} of ${command} to complete`)
  option.handler = handler
}

function runIds(cli: Cli, offer: Offer): void {
  readStore(cli, ({ read }) => {
    for (const { id, name, status } of read.runs({ limit: 200 })) offer(id, `${name} (${status})`)
  })
}

function studyIds(cli: Cli, offer: Offer): void {
  readStore(cli, ({ read }) => {
    for (const { id, name, status } of read.studies()) offer(id, `${name} (${status})`)
  })
}

/** The default database; a key press neither makes one nor says why it cannot be read. */
function readStore(cli: Cli, use: (store: Store) => void): void {
  const file = databaseFile(cli.terminal.env)
  if (!existsSync(file)) return
  try {
    const store = openStore(file)
    try {
      use(store)
    } finally {
      store.close()
    }
  } catch {
    return
  }
}

function jsonFiles(offer: Offer): void {
  for (const name of readdirSync('.')) if (name.endsWith('.json')) offer(name, '')
}
