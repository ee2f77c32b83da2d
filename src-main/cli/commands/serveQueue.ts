import { isIP } from 'node:net'
import path from 'node:path'
import type { Command } from 'commander'
import { z } from 'zod'
import { UserError } from '../../../shared/errors.ts'
import { homeFolder } from '../../homeFolder.ts'
import { hostCertificate } from '../../workers/certificate.ts'
import type { RunningQueue } from '../../workers/queueServer.ts'
import { addJson, type Cli, jsonOption, printJson, readOptions, wholeNumber } from '../context.ts'
import { examples } from '../help.ts'
import { untilInterrupted } from '../untilInterrupted.ts'

const usualPort = 6390

const options = z.object({
  ...jsonOption,
  port: wholeNumber(1, 65_535).default(usualPort),
  bind: z
    .string()
    .refine((text) => isIP(text) !== 0, 'must be an IP address of this machine')
    .optional(),
})

export function addServeQueue(workers: Command, cli: Cli): void {
  const command = addJson(workers.command('serve-queue'))
    .description(
      'Run the queue through which this lab offers runs to its workers: the Redis or Valkey installed here, over TLS alone, until Ctrl+C. What it holds can be lost without harm.',
    )
    .option('--port <n>', `port to listen on (default: ${usualPort})`)
    .option('--bind <address>', 'listen on this address and 127.0.0.1 only (default: all addresses)')
    .addHelpText(
      'after',
      examples([
        ['anneal workers serve-queue', 'beside "anneal serve" or the app'],
        ['anneal workers serve-queue --bind 192.168.1.5', 'for workers of that network only'],
      ]),
    )
  command.action(async () => {
    const { json, port, bind } = readOptions(command, options)
    const home = homeFolder(cli.terminal.env)
    await untilInterrupted(cli, async (signal) => {
      const certificate = await hostCertificate(path.join(home, 'workers'))
      // Its library is not for other commands to load.
      const { serveQueue } = await import('../../workers/queueServer.ts')
      const running = await serveQueue({
        home,
        certificate,
        port,
        ...(bind !== undefined && { bind }),
        env: cli.terminal.env,
      })
      try {
        if (json) await printJson(cli, { port, program: running.program, process: running.process })
        else
          await cli.terminal.out(
            `The queue of this lab is on port ${port} (${running.program}), until Ctrl+C.\n`,
          )
        await untilEnded(running, signal)
      } finally {
        await running.close()
      }
    })
  })
}

/** @throws UserError where it has ended by itself */
async function untilEnded({ ended, program }: RunningQueue, signal: AbortSignal): Promise<void> {
  const { promise: asked, resolve } = Promise.withResolvers<undefined>()
  signal.addEventListener('abort', () => resolve(undefined), { once: true })
  if (signal.aborted) resolve(undefined)
  const words = await Promise.race([ended, asked])
  // Ctrl+C in a terminal reaches the program too.
  if (words === undefined || signal.aborted) return
  throw new UserError(`While serving the queue: ${program} has ended: ${words}; start this again.`)
}
