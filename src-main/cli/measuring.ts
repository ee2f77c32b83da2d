import { existsSync } from 'node:fs'
import type { DeviceAdvice } from '../../shared/run/probe.ts'
import { databaseFile } from '../core.ts'
import { type Asked, createDevices, type Devices } from '../devices/index.ts'
import { type Cli, withCore } from './context.ts'

/**
 * The devices with what was measured of them, from the database where it is there. One is made only where something may be
 * measured that is to be kept.
 */
export async function withDevices<T>(
  cli: Cli,
  { db }: { readonly db?: string | undefined },
  mayMeasure: boolean,
  use: (devices: Devices) => Promise<T>,
): Promise<T> {
  if (existsSync(databaseFile(cli.terminal.env, db)))
    return withCore(cli, { db }, (core) => use(core.devices))
  const devices = createDevices()
  try {
    const isKept = mayMeasure && (await devices.contenders()).names.length > 1
    return await (isKept ? withCore(cli, { db }, (core) => use(core.devices)) : use(devices))
  } finally {
    devices.close()
  }
}

/** What a process is told that is to train on what a run would train on; measures first where a run would. */
export async function adviceFor(cli: Cli, devices: Devices, asked: Asked): Promise<DeviceAdvice> {
  const choice = await devices.choose(asked)
  if (choice.type === 'advice') return choice.advice
  const { words } = choice
  const say = (now: string): void => cli.terminal.err(`${now}.\n`)
  say(words)
  return choice.measure(untilInterrupted(), (now) => {
    if (now !== words) say(now)
  })
}

/** Ctrl+C ends the command, and with it whatever it measures. */
export const untilInterrupted = (): AbortSignal => new AbortController().signal
