import { create, globals } from 'webgpu'

/** A GPU that Dawn opened, with all the limits it has. */
export interface OpenedGpu {
  readonly device: GPUDevice
  readonly info: GPUAdapterInfo
  /** As users read it: "NVIDIA H100 (WebGPU)". */
  readonly name: string
  /** Whether the processor plays the GPU: correct, and slower than our own kernels on it. */
  readonly isSoftware: boolean
  /** Bytes that one tensor can have, at most. */
  readonly largestTensor: number
}

/** Names of drivers that compute on the processor. `isFallbackAdapter` alone has been wrong in the field. */
const softwareDrivers = /swiftshader|llvmpipe|lavapipe|softpipe|microsoft basic render/i

const noAdapter =
  process.platform === 'linux'
    ? 'Dawn found no GPU: install the Vulkan driver of your card (NVIDIA: its driver from version 535; Intel and AMD: Debian’s mesa-vulkan-drivers) and the loader libvulkan1'
    : 'Dawn found no GPU that this system offers'

/**
 * What Dawn does by itself and shall not: let the driver zero a workgroup's memory. SwiftShader writes a store for each
 * number of it and compiles that for most of a second; Dawn's own loop is compiled in a twentieth of the time.
 */
const leftOut = ['use_vulkan_zero_initialize_workgroup_memory_extension']

/** Each must outlive its device: one that is collected before takes the process with it. */
const instances: GPU[] = []

export interface GpuOptions {
  /** Whether the GPU shall tell when commands begin and end, if it can: for benchmarks. Dawn would round to 0.1 ms. */
  readonly timed?: boolean
}

/** @throws Error that says what is missing */
export async function openGpu({ timed = false }: GpuOptions = {}): Promise<OpenedGpu> {
  Object.assign(globalThis, globals)
  const left = timed ? [...leftOut, 'timestamp_quantization'] : leftOut
  const gpu = create([`disable-dawn-features=${left.join(',')}`])
  instances.push(gpu)
  // tfjs looks for it there.
  Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true })
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' })
  if (adapter === null) throw new Error(noAdapter)
  const { limits, info } = adapter
  const device = await adapter.requestDevice({
    requiredFeatures: timed && adapter.features.has('timestamp-query') ? ['timestamp-query'] : [],
    requiredLimits: {
      maxBufferSize: limits.maxBufferSize,
      maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
      maxStorageBuffersPerShaderStage: limits.maxStorageBuffersPerShaderStage,
      maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
      maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
      maxComputeWorkgroupSizeX: limits.maxComputeWorkgroupSizeX,
      maxComputeWorkgroupsPerDimension: limits.maxComputeWorkgroupsPerDimension,
    },
  })
  const words = [info.vendor, info.architecture, info.device, info.description]
  return {
    device,
    info,
    name: info.description || [info.vendor, info.architecture].join(' '),
    isSoftware: info.isFallbackAdapter === true || words.some((word) => softwareDrivers.test(word)),
    largestTensor: Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize),
  }
}
