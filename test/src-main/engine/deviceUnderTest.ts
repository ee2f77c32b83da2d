import { deviceName } from '../../../shared/run/spec.ts'
import { type Engine, selectEngine } from '../../../src-main/engine/select.ts'
import * as tf from '../../../src-main/engine/tf.ts'

/*
 * The suites of layers, models, loss and optimizers run on the slow reference, and in a process that is started with
 * ANNEAL_TEST_DEVICE on another device: the very same cases, whose truth is float64 or the reference.
 */

export const deviceUnderTest = deviceName
  .exclude(['auto'])
  .parse(process.env.ANNEAL_TEST_DEVICE ?? ('cpu' satisfies Engine['name']))

const started = new Map<Engine['name'], Promise<unknown>>()

/** Makes it tfjs's backend; starts it once, since a GPU's compiled kernels go with its backend. */
export async function switchTo(device: Engine['name'] = deviceUnderTest): Promise<void> {
  const start = started.get(device) ?? selectEngine(device)
  started.set(device, start)
  await start
  await tf.setBackend(device === 'cuda' ? 'tensorflow' : device)
}
