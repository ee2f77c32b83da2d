import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cudaNeeds } from '../../../src-main/devices/cudaPackage.ts'
import { readTensorflowLog } from '../../../src-main/devices/tensorflowLog.ts'

/* Lines as TensorFlow 2.4 to 2.9 write them, and those of today where they differ. */

const read = (log: string, isPython = false) => readTensorflowLog(log, cudaNeeds(isPython))

const missing = (file: string) =>
  `2026-01-02 03:04:05.123456: W tensorflow/stream_executor/platform/default/dso_loader.cc:64] Could not load dynamic library '${file}'; dlerror: ${file}: cannot open shared object file: No such file or directory\n`
const created = (name: string) =>
  `2026-01-02 03:04:05.123456: I tensorflow/core/common_runtime/gpu/gpu_device.cc:1532] Created device /job:localhost/replica:0/task:0/device:GPU:0 with 14640 MB memory:  -> device: 0, name: ${name}, pci bus id: 0000:00:04.0, compute capability: 7.5\n`

test('the GPU is named as NVIDIA names it', () => {
  assert.equal(read(created('Tesla T4')).gpu, 'NVIDIA Tesla T4')
  assert.equal(read(created('NVIDIA H100 80GB HBM3')).gpu, 'NVIDIA H100 80GB HBM3')
  assert.equal(read('').gpu, undefined)
})

test('missing libraries are named with what brings them', () => {
  const why = (...files: string[]) => read(files.map(missing).join('')).whyNoGpu
  assert.equal(why('libcudnn.so.8'), 'TensorFlow does not find libcudnn.so.8: install cuDNN 8.1')
  assert.equal(
    why('libcudart.so.11.0', 'libcublas.so.11', 'libcudnn.so.8'),
    'TensorFlow does not find libcudart.so.11.0, libcublas.so.11, libcudnn.so.8: install CUDA 11.2 and cuDNN 8.1',
  )
  assert.equal(why('libcuda.so.1'), 'TensorFlow does not find libcuda.so.1: install the NVIDIA driver')
  assert.equal(
    why('nvcuda.dll', 'cudart64_110.dll', 'cudnn64_8.dll'),
    'TensorFlow does not find nvcuda.dll, cudart64_110.dll, cudnn64_8.dll: install the NVIDIA driver and CUDA 11.2 and cuDNN 8.1',
  )
})

test('memory that could not be had is told from memory that TensorFlow does without', () => {
  const full =
    'E tensorflow/core/common_runtime/session.cc:91] Failed to create session: INTERNAL: failed initializing StreamExecutor for CUDA device ordinal 0: INTERNAL: failed call to cuDevicePrimaryCtxRetain: CUDA_ERROR_OUT_OF_MEMORY: out of memory; total memory reported: 15843721216'
  const spare =
    'W tensorflow/core/common_runtime/bfc_allocator.cc:275] Allocator (GPU_0_bfc) ran out of memory trying to allocate 33.20MiB with freed_by_count=0. The caller indicates that this is not a failure'
  assert.ok(read(full).isOutOfMemory)
  assert.ok(!read(spare).isOutOfMemory)
})

test('a driver of today that does not start is named by its error, and pip brings what is missing', () => {
  const refused =
    'E0000 00:00:1750000000.000001 123 cuda_executor.cc:1228] INTERNAL: CUDA Runtime error: Failed call to cudaGetRuntimeVersion\nE0000 00:00:1750000000.000002 123 cuda_platform.cc:51] failed call to cuInit: INTERNAL: CUDA error: Failed call to cuInit: CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected\n'
  assert.match(read(refused, true).whyNoGpu, /^CUDA does not start \(CUDA_ERROR_NO_DEVICE\): check that/)
  const { whyNoGpu } = read(missing('libcudnn.so.9'), true)
  assert.match(
    whyNoGpu,
    /libcudnn\.so\.9: install the CUDA that pip install "tensorflow\[and-cuda\]" brings$/,
  )
})
