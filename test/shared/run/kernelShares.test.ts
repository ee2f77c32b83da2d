import assert from 'node:assert/strict'
import test from 'node:test'
import { kernelShares, kernelSummary, timingWords } from '../../../shared/run/kernelShares.ts'
import type { KernelUse } from '../../../shared/run/kernelUse.ts'

type Kernel = KernelUse['kernels'][number]
const fast = (name: string, ms: number | null): Kernel => ({ name, javascript: false, calls: 2, ms })
const slow = (name: string, ms: number | null): Kernel => ({ name, javascript: true, calls: 1, ms })
const use = (
  kernels: Kernel[],
  device: KernelUse['device'] = 'simd',
  stepMs: number | null = 100,
): KernelUse => ({
  device,
  steps: 2,
  stepMs,
  kernels,
})

const cases: readonly [KernelUse, string, boolean][] = [
  [use([fast('Conv2D', 90), fast('Add', 8)]), '98 % of a step in fast kernels', false],
  // A loop over steps calls many small kernels.
  [use([fast('Multiply', 17)]), '17 % of a step in fast kernels, 83 % between them', false],
  // Of plain JavaScript there is too little to speak of.
  [use([fast('Conv2D', 90), slow('Mean', 4.9)]), '90 % of a step in fast kernels', false],
  [use([slow('Conv3D', 93), fast('Add', 2)]), 'Conv3D runs as plain JavaScript, 93 % of the step', true],
  [use([slow('Conv3D', 93), slow('Tile', 0.1)]), 'Conv3D runs as plain JavaScript, 93 % of the step', true],
  [
    use([slow('Conv3D', 60), slow('Mean', 20), slow('Tile', 3), fast('Add', 2)]),
    'Conv3D (60 %), Mean (20 %) and 1 more run as plain JavaScript, 83 % of the step',
    true,
  ],
  [
    use(['A', 'B', 'C', 'D', 'E'].map((name) => slow(name, 10))),
    'A (10 %), B (10 %), C (10 %) and 2 more run as plain JavaScript, 50 % of the step',
    true,
  ],
  [
    use(['A', 'B', 'C', 'D'].map((name) => slow(name, 2))),
    '4 kernels run as plain JavaScript, 8 % of the step',
    true,
  ],
  [use([slow('Conv2D', 99)], 'cpu'), 'every kernel is plain JavaScript, as the device cpu has it', false],
  [
    use([fast('Conv2D', null)], 'webgpu', null),
    'every kernel runs on the GPU; how long each takes is not measured on this device',
    false,
  ],
  [
    use([fast('Conv2D', null), slow('Where', null)], 'webgpu', null),
    'Where runs as plain JavaScript; how long each takes is not measured on this device',
    true,
  ],
  [
    use([fast('Conv2D', null)], 'cuda', null),
    'every kernel is TensorFlow’s; how long each takes is not measured on this device',
    false,
  ],
]

test('what is said of the kernels of a step, and whether it warns', () => {
  for (const [kernels, text, warns] of cases) assert.deepEqual(kernelSummary(kernels), { text, warns })
})

test('shares add up to the step, with what lies between the kernels; where nothing was timed there are none', () => {
  const shares = kernelShares(use([fast('Conv2D', 70), slow('Mean', 20)]))
  assert.deepEqual(
    shares.map(({ name, share, where }) => [name, share, where]),
    [
      ['Conv2D', 0.7, 'our kernel'],
      ['Mean', 0.2, 'plain JavaScript'],
      ['between the kernels', 0.1, 'giving out work and memory'],
    ],
  )
  // The dearest first, whatever it is.
  assert.equal(kernelShares(use([fast('Multiply', 17)]))[0]?.name, 'between the kernels')
  assert.equal(
    timingWords(use([])),
    'A step of 100.0 ms, timed kernel by kernel (of each the least of 2 steps)',
  )
  const onDevice = use([fast('Conv2D', null)], 'webgpu', null)
  assert.equal(timingWords(onDevice), 'Kernels of a step, in 2 early steps')
  const untimed = kernelShares(onDevice)
  assert.deepEqual(
    untimed.map(({ name, share, ms }) => [name, share, ms]),
    [['Conv2D', null, null]],
  )
})
