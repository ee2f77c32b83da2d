import path from 'node:path'
import type { Command } from 'commander'
import { z } from 'zod'
import { UserError } from '../../../shared/errors.ts'
import { homeFolder } from '../../core.ts'
import { hostCertificate } from '../../workers/certificate.ts'
import { type RunningQueue, serveQueue } from '../../workers/queueServer.ts'
import { addJson, type Cli, jsonOption, printJson, readOptions, wholeNumber } from '../context.ts'
import { examples } from '../help.ts'

const usualPort = 6390

const options = z.object({
  ...jsonOption,
  port: wholeNumber(1, 65_535).default(usualPort),
  bind: z.string().min(1, 'must be an address of this machine').optional(),
})

/** A Redis or Valkey of this machine, for offers of runs to workers. */
export function addServeQueue(workers: Command, cli: Cli): void {
  const command = addJson(workers.command('serve-queue'))
    .description(
      'Run the queue that offers runs to workers, until Ctrl+C: a Redis or Valkey that is installed here, with TLS and passwords of its own. What it holds can be lost without harm.',
    )
    .option('--port <n>', `port to listen on (default: ${usualPort})`)
    .option('--bind <address>', 'address of this machine to listen on, besides 127.0.0.1 (default: all)')
    .addHelpText(
      'after',
      examples([
        ['anneal workers serve-queue', 'beside "anneal serve", on the machine of the lab'],
        ['anneal workers serve-queue --bind 10.0.0.5', 'for workers of that network alone'],
      ]),
    )
  command.action(async () => {
    const { port, bind, json } = readOptions(command, options)
    const { env } = cli.terminal
    const home = homeFolder(env)
    const certificate = await hostCertificate(path.join(home, 'workers'))
    const running = await serveQueue({ home, certificate, port, env, ...(bind !== undefined && { bind }) })
    try {
      const { program, process } = running
      if (json) await printJson(cli, { program, process, port })
      else await cli.terminal.out(`${path.basename(program)} offers runs to workers on port ${port}.\n`)
      await untilEnd(cli, running)
    } finally {
      await running.close()
    }
  })
}

/** @throws UserError when the queue ends by itself */
async function untilEnd({ terminal }: Cli, { program, ended }: RunningQueue): Promise<void> {
  const { promise: interrupted, resolve } = Promise.withResolvers<undefined>()
  const unhook = terminal.onInterrupt(() => resolve(undefined))
  try {
    const last = await Promise.race([interrupted, ended])
    if (last !== undefined)
      throw new UserError(`The queue has ended: ${program} said: ${last}. Start it again; nothing is lost.`)
  } finally {
    unhook()
  }
}
