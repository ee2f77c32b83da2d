import { existsSync } from 'node:fs'
import type { DeviceAdvice } from '../../shared/run/probe.ts'
import { databaseFile } from '../core.ts'
import { type Asked, createDevices, type Devices } from '../devices/index.ts'
import { keepTensorflowIn } from '../devices/tensorflow/kept.ts'
import { homeFolder } from '../homeFolder.ts'
import { type Cli, withCore } from './context.ts'
import { untilInterrupted } from './untilInterrupted.ts'

/**
 * Gives a command the devices, with their stored measurements if there is a database. A command that only shows devices
 * must not make a database; one that measures may, so that its measurements are kept.
 * @param mayMeasure whether the command may measure devices that nobody has measured before
 */
export async function withDevices<T>(
  cli: Cli,
  { db }: { readonly db?: string | undefined },
  mayMeasure: boolean,
  use: (devices: Devices) => Promise<T>,
): Promise<T> {
  if (existsSync(databaseFile(cli.terminal.env, db)))
    return withCore(cli, { db }, (core) => use(core.devices))
  keepTensorflowIn(homeFolder(cli.terminal.env))
  const devices = createDevices()
  try {
    // A single device is never measured: there is nothing to choose.
    const willMeasure = mayMeasure && (await devices.contenders()).names.length > 1
    return await (willMeasure ? withCore(cli, { db }, (core) => use(core.devices)) : use(devices))
  } finally {
    devices.close()
  }
}

/**
 * Chooses the device for a process of this command as it would be chosen for a run; where a run would measure the devices
 * first, this does too, and says so on standard error. @throws Interrupted on Ctrl+C
 */
export async function adviceFor(cli: Cli, devices: Devices, asked: Asked): Promise<DeviceAdvice> {
  const choice = await devices.choose(asked)
  if (choice.type === 'advice') return choice.advice
  const { words } = choice
  const say = (now: string): void => cli.terminal.err(`${now}.\n`)
  say(words)
  return untilInterrupted(cli, (signal) =>
    choice.measure(signal, (now) => {
      if (now !== words) say(now)
    }),
  )
}
