import { spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTensorflow } from '../../../src-main/devices/tensorflow/index.ts'
import { tensorflowEnvironment } from '../../../src-main/devices/tensorflow/kept.ts'
import type { RunRecord } from '../../../src-main/store/types.ts'
import { type Check, greatestDifference, type Verdict } from '../check.ts'
import type { InteropLab } from '../lab.ts'

const by = 'tensorflow-cpu'
const steps = 12
/**
 * A gradient that is wrong shows in the second loss. Each further step of a network with batch normalisation multiplies what
 * the order of a sum has changed, by ten or so, on any two devices.
 */
const compared = 3

/*
 * The device cuda on the real TensorFlow: its addon is built against the library that pip has installed, the suites of layers,
 * models, loss and optimizers run on it, and runs of every kind of model take the steps that simd takes.
 */
export const tensorflowDevice: Check = async ({ folder }, lab) => {
  await setTensorflow(folder)
  lab.core.devices.forget('cuda')
  const verdicts: Verdict[] = [await suites()]
  for (const run of lab.runs) verdicts.push(...(await sameSteps(lab, run)))
  return verdicts
}

/** The very cases that the reference, simd and WebGPU pass. */
async function suites(): Promise<Verdict> {
  const root = fileURLToPath(new URL('../../src-main/trainer/', import.meta.url))
  const files = globSync(
    [
      'recipe.test.ts',
      'augmentation.test.ts',
      'loss.test.ts',
      'optimizers/optimizers.test.ts',
      'models/{gradients,batchNorm,shortcut,layersGradients,backends}.test.ts',
    ],
    { cwd: root },
  )
  const child = spawn(
    process.execPath,
    ['--test', '--test-reporter=tap', ...files.map((file) => path.join(root, file))],
    {
      env: {
        ...process.env,
        ...tensorflowEnvironment(),
        ANNEAL_TEST_DEVICE: 'cuda',
        TF_CPP_MIN_LOG_LEVEL: '3',
      },
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  )
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve))
  const count = (of: 'pass' | 'fail' | 'cancelled'): number =>
    Number(new RegExp(`^# ${of} (\\d+)$`, 'm').exec(said)?.[1])
  for (const [line] of said.matchAll(/^\s*not ok .*$/gm)) process.stderr.write(`${line.trim()}\n`)
  return {
    what: 'device cuda, suites of layers, models, loss and optimizers',
    by,
    compared: `${count('pass')} tests passed`,
    difference: count('pass') > 0 ? count('fail') + count('cancelled') : Number.POSITIVE_INFINITY,
    limit: 0,
  }
}

/** The losses of a run as it began, on both devices; and once more, for the same bits. */
async function sameSteps(lab: InteropLab, { name, spec }: RunRecord): Promise<Verdict[]> {
  const run = async (device: 'simd' | 'cuda') => {
    const short = {
      ...spec,
      name: `${name} on ${device}`,
      device,
      budget: { steps },
      snapshots: { at: 'last' },
    }
    const ended = await (await lab.core.runs.launch(short)).finished
    if (ended.run.status !== 'completed') throw new Error(`${short.name}: ${ended.run.reason}`)
    return {
      losses: [...lab.core.store.read.chunks(ended.run.id, 'loss')].flatMap(({ values }) => [...values]),
      device: ended.run.device ?? '',
    }
  }
  const [own, once, again] = [await run('simd'), await run('cuda'), await run('cuda')]
  const on = once.device.replace(/,.*/, '')
  return [
    {
      what: `device cuda, ${name}, step by step`,
      by,
      compared: `first ${compared} losses of ${on} and of simd, relative`,
      difference: greatestDifference(once.losses.slice(0, compared), own.losses.slice(0, compared), true),
      limit: 1e-3,
    },
    {
      what: `device cuda, ${name}, once more`,
      by,
      compared: `${again.losses.length} losses of two runs`,
      difference: greatestDifference(again.losses, once.losses),
      limit: 0,
    },
  ]
}
