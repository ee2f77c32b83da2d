import { chunkNumbers, input, isFloat, register, sizeOf } from '../register.ts'

const choices = {
  AnnealWhereAtLeast: 'whereAtLeast',
  AnnealWhereBelow: 'whereBelow',
  AnnealWhereAtMost: 'whereAtMost',
  AnnealWhereAbove: 'whereAbove',
} as const
export type ChoiceKernel = keyof typeof choices

/** dy where a compares to b as named, and 0 elsewhere; all of one shape. */
export function registerChoices(): void {
  for (const [name, kernel] of Object.entries(choices)) {
    register(name, (backend, inputs) => {
      const tensors = [input(inputs, 'dy'), input(inputs, 'a'), input(inputs, 'b')]
      if (!isFloat(...tensors)) return undefined
      const out = backend.make(tensors[0]?.shape ?? [])
      const places = [...tensors, out].map((each) => backend.address(each))
      backend.pool.dispatch(kernel, places, sizeOf(out.shape), chunkNumbers)
      return out
    })
  }
}
