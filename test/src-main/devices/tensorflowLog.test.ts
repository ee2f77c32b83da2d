import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readTensorflowLog } from '../../../src-main/devices/tensorflowLog.ts'

/* Lines as TensorFlow 2.4 to 2.9 write them. */

const missing = (file: string) =>
  `2026-01-02 03:04:05.123456: W tensorflow/stream_executor/platform/default/dso_loader.cc:64] Could not load dynamic library '${file}'; dlerror: ${file}: cannot open shared object file: No such file or directory\n`
const created = (name: string) =>
  `2026-01-02 03:04:05.123456: I tensorflow/core/common_runtime/gpu/gpu_device.cc:1532] Created device /job:localhost/replica:0/task:0/device:GPU:0 with 14640 MB memory:  -> device: 0, name: ${name}, pci bus id: 0000:00:04.0, compute capability: 7.5\n`

test('the GPU is named as NVIDIA names it', () => {
  assert.equal(readTensorflowLog(created('Tesla T4')).gpu, 'NVIDIA Tesla T4')
  assert.equal(readTensorflowLog(created('NVIDIA H100 80GB HBM3')).gpu, 'NVIDIA H100 80GB HBM3')
  assert.equal(readTensorflowLog('').gpu, undefined)
})

test('missing libraries are named with what brings them', () => {
  const why = (...files: string[]) => readTensorflowLog(files.map(missing).join('')).whyNoGpu
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
  assert.ok(readTensorflowLog(full).isOutOfMemory)
  assert.ok(!readTensorflowLog(spare).isOutOfMemory)
})
