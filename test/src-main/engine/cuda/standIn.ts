import { writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu'
import {
  engine,
  getKernel,
  type NamedAttrMap,
  registerBackend,
  registerKernel,
  setBackend,
  type Tensor,
} from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { cudaKernels } from './kernels.ts'

/*
 * Stands in for @tensorflow/tfjs-node-gpu: the same doors (importing it registers and chooses the backend "tensorflow",
 * which knows whether it has a GPU), the same failures in the same words, and tfjs's cpu backend in the place of TensorFlow.
 */

const kind = process.env.STAND_IN_KIND
const standardError = 2
const said = {
  created:
    'I tensorflow/core/common_runtime/gpu/gpu_device.cc:1532] Created device /job:localhost/replica:0/task:0/device:GPU:0 with 14640 MB memory:  -> device: 0, name: Tesla T4, pci bus id: 0000:00:04.0, compute capability: 7.5',
  noCudnn:
    "W tensorflow/stream_executor/platform/default/dso_loader.cc:64] Could not load dynamic library 'libcudnn.so.8'; dlerror: libcudnn.so.8: cannot open shared object file: No such file or directory\nW tensorflow/core/common_runtime/gpu/gpu_device.cc:1850] Cannot dlopen some GPU libraries.\nSkipping registering GPU devices...",
  noCard:
    'E tensorflow/stream_executor/cuda/cuda_driver.cc:271] failed call to cuInit: CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected',
  noMemory:
    'E tensorflow/core/common_runtime/session.cc:91] Failed to create session: INTERNAL: failed initializing StreamExecutor for CUDA device ordinal 0: INTERNAL: failed call to cuDevicePrimaryCtxRetain: CUDA_ERROR_OUT_OF_MEMORY: out of memory; total memory reported: 15843721216',
} as const

const log = (words: string): void => void writeSync(standardError, `2026-01-01 00:00:00.000000: ${words}\n`)
const dlopenError = (words: string): Error => Object.assign(new Error(words), { code: 'ERR_DLOPEN_FAILED' })

function loadAddon(): void {
  switch (kind) {
    case 'other Node':
      throw new Error(
        "The Node.js native addon module (tfjs_binding.node) can not be found at path: /x/lib/napi-v8/tfjs_binding.node. \nPlease run command 'npm rebuild @tensorflow/tfjs-node-gpu --build-addon-from-source' to rebuild the native addon module. ",
      )
    case 'no libtensorflow':
      throw dlopenError('libtensorflow.so.2: cannot open shared object file: No such file or directory')
    case 'no CUDA library':
      throw dlopenError('libcudart.so.11.0: cannot open shared object file: No such file or directory')
    case 'no cuDNN':
      log(said.noCudnn)
      break
    case 'no card':
      log(said.noCard)
      break
    case 'full GPU':
      log(said.noMemory)
      process.abort()
      break
    case 'crash':
      process.abort()
      break
    default:
      log(said.created)
  }
}

loadAddon()

let operations = 0
const util: unknown = createRequire(import.meta.url)('util')

/** What the package does to every operation before it hands it to TensorFlow. */
function operate(): void {
  const isNullOrUndefined: unknown =
    typeof util === 'object' && util !== null && Reflect.get(util, 'isNullOrUndefined')
  if (typeof isNullOrUndefined !== 'function')
    throw new TypeError('(0 , util_1.isNullOrUndefined) is not a function')
  isNullOrUndefined(undefined)
  operations++
  const allowed = process.env.TF_FORCE_GPU_ALLOW_GROWTH === 'true' ? memoryOf(kind) : 0
  if (operations > allowed) {
    throw new Error(
      'Invalid TF_Status: 8\nMessage: OOM when allocating tensor with shape[128,16,32,32] and type float on /job:localhost/replica:0/task:0/device:GPU:0 by allocator GPU_0_bfc',
    )
  }
}

function memoryOf(of: string | undefined): number {
  if (of === 'little memory') return 0
  return of === 'memory for a while' ? 400 : Number.POSITIVE_INFINITY
}

/** Types of attributes, and of numbers; TensorFlow's are other numbers. */
const types = { TF_ATTR_INT: 1, TF_ATTR_STRING: 2, TF_ATTR_BOOL: 3, TF_ATTR_TYPE: 4, TF_FLOAT: 5 }

/** The package knows no number of zeros on every side of an image. */
function refuseZeros({ pad }: NamedAttrMap): void {
  if (typeof pad !== 'number' || pad === 0) return
  throw new Error("TF Backend supports only 'valid' and 'same' padding while padding was NUMBER")
}

const given = z.record(z.string(), z.unknown())
const [sides, sizes] = [z.array(z.number()), z.tuple([z.number(), z.number(), z.number(), z.number()])]

/** An operation of TensorFlow on a convolution's gradient, played by tfjs's kernel of that name. */
function playOperation(
  name: string,
  attributes: readonly { readonly name: string; readonly value: unknown }[],
  inputs: readonly Tensor[],
): Tensor {
  operate()
  const {
    strides,
    padding,
    explicit_paddings: zeros,
  } = given.parse(Object.fromEntries(attributes.map((each) => [each.name, each.value])))
  const [, , top = 0, bottom = 0, left = 0, right = 0] = zeros === undefined ? [] : sides.parse(zeros)
  const around = [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ]
  const pad = padding === 'EXPLICIT' ? around : z.enum(['SAME', 'VALID']).parse(padding).toLowerCase()
  const isFilter = name.endsWith('Filter')
  const [first, second, dy] = inputs
  const [shape, image] = isFilter ? [second, first] : [first, second]
  if (shape === undefined || image === undefined || dy === undefined)
    throw new Error(`${name} lacks an input`)
  const [, high, wide] = sides.parse(strides)
  const size = sizes.parse(Array.from(shape.dataSync()))
  const played = getKernel(name, 'cpu').kernelFunc({
    inputs: isFilter ? { x: image, dy } : { filter: image, dy },
    attrs: {
      strides: [high ?? 1, wide ?? 1],
      pad,
      dataFormat: 'NHWC',
      ...(isFilter ? { filterShape: size } : { inputShape: size }),
    },
    backend: engine().backend,
  })
  if (Array.isArray(played)) throw new Error(`${name} gave several results`)
  return engine().makeTensorFromTensorInfo(played)
}

class StandInBackend extends MathBackendCPU {
  readonly isGPUPackage = true
  readonly isUsingGpuDevice = kind !== 'no cuDNN' && kind !== 'no card'
  readonly binding = { isUsingGpuDevice: () => this.isUsingGpuDevice, TF_Version: '2.9.1', ...types }
  readonly executeSingleOutput = playOperation
}

for (const kernelName of cudaKernels) {
  const played = getKernel(kernelName, 'cpu')
  if (played === undefined) continue
  registerKernel({
    ...played,
    backendName: 'tensorflow',
    kernelFunc: (params) => {
      operate()
      refuseZeros(params.attrs ?? {})
      return played.kernelFunc(params)
    },
  })
}
registerBackend('tensorflow', () => new StandInBackend(), 3)
void setBackend('tensorflow')
