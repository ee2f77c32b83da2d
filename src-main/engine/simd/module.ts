import { readFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'

/** How the kernels are built, best first: for vectors of eight numbers, with fused products and sums, without. */
export const kernelBuilds = ['wide', 'relaxed', 'plain'] as const
export type KernelBuild = (typeof kernelBuilds)[number]

export interface KernelModule {
  readonly module: WebAssembly.Module
  readonly build: KernelBuild
}

/** @returns undefined where this runtime cannot run that build */
export function compileKernels(build: KernelBuild): KernelModule | undefined {
  const bytes = readFileSync(new URL(`kernels-${build}.wasm`, import.meta.url))
  if (!WebAssembly.validate(bytes)) return undefined
  if (build !== 'wide') return { module: new WebAssembly.Module(bytes), build }
  return canJoinVectors ? { module: compileJoined(bytes), build } : undefined
}

/**
 * V8 can join two neighbouring operations on four numbers into one on eight, for processors with AVX2. It does not do so
 * by default, and how well it does is known for the version that the app is packed with: no other one is asked.
 */
const canJoinVectors = process.arch === 'x64' && /^13\.6\./.test(process.versions.v8)

/** The flags hold for this module only: all of it is compiled at once, by the compiler that heeds them. */
const joining = ['experimental-wasm-revectorize', 'no-liftoff', 'no-wasm-lazy-compilation']
const asBefore = ['no-experimental-wasm-revectorize', 'liftoff', 'wasm-lazy-compilation']

function compileJoined(bytes: Buffer<ArrayBuffer>): WebAssembly.Module {
  for (const flag of joining) setFlagsFromString(`--${flag}`)
  try {
    return new WebAssembly.Module(bytes)
  } finally {
    for (const flag of asBefore) setFlagsFromString(`--${flag}`)
  }
}
