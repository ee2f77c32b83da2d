import type { DataPreview, PreviewOf, PreviewOptions } from '../../../shared/data/preview.ts'
import type { Look, LookBounds } from './look.ts'

/** Every format, each loaded when it is first asked for: sharp and the parsers cost start-up time. */
const looks: { readonly [F in PreviewOptions['format']]: () => Promise<Look<PreviewOf<F>>> } = {
  idx: async () => (await import('./idx.ts')).lookAtIdx,
  cifar: async () => (await import('./cifar.ts')).lookAtCifar,
  csv: async () => (await import('./table.ts')).lookAtCsv,
  parquet: async () => (await import('./table.ts')).lookAtParquet,
  numpy: async () => (await import('./numpy.ts')).lookAtNumpy,
  images: async () => (await import('./images.ts')).lookAtImages,
}

/** What an import with these options would find. @throws UserError where nothing can be told */
export async function* lookAt(
  options: PreviewOptions,
  bounds: LookBounds,
  scratch: string,
): AsyncGenerator<DataPreview, void, undefined> {
  switch (options.format) {
    case 'idx':
      return yield* (await looks.idx())(options, bounds, scratch)
    case 'cifar':
      return yield* (await looks.cifar())(options, bounds, scratch)
    case 'csv':
      return yield* (await looks.csv())(options, bounds, scratch)
    case 'parquet':
      return yield* (await looks.parquet())(options, bounds, scratch)
    case 'numpy':
      return yield* (await looks.numpy())(options, bounds, scratch)
    case 'images':
      return yield* (await looks.images())(options, bounds, scratch)
  }
}
