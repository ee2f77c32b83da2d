import { readFileSync } from 'node:fs'

export interface KernelModule {
  readonly module: WebAssembly.Module
  /** Whether products are added with one rounding, by the processor's fused instruction. */
  readonly relaxed: boolean
}

/** The kernels as this runtime can have them: with relaxed SIMD, else with plain. @throws Error where it has no SIMD */
export function loadKernels(relaxed: 'ifPossible' | 'never' = 'ifPossible'): KernelModule {
  for (const [file, isRelaxed] of [
    ['kernels-relaxed.wasm', true],
    ['kernels-plain.wasm', false],
  ] as const) {
    if (isRelaxed && relaxed === 'never') continue
    const bytes = readFileSync(new URL(file, import.meta.url))
    if (WebAssembly.validate(bytes)) return { module: new WebAssembly.Module(bytes), relaxed: isRelaxed }
  }
  throw new Error('this processor or this Node offers WebAssembly no SIMD')
}
