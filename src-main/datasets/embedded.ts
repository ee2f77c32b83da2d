import { fileURLToPath } from 'node:url'
import type { ImportOptions } from '../../shared/data/importOptions.ts'

/** The data set that ships with the app: 12,000 images of Fashion-MNIST, classes balanced. */
export const EMBEDDED = { name: 'fashion-mnist-12k', id: 'a0abe177344c9c58', shape: [28, 28, 1] } as const

export const embeddedClasses = [
  'T-shirt/top',
  'Trouser',
  'Pullover',
  'Dress',
  'Coat',
  'Sandal',
  'Shirt',
  'Sneaker',
  'Bag',
  'Ankle boot',
]

/** The import that makes the embedded data set from the four shipped IDX files. */
export function embeddedOptions(
  folder = fileURLToPath(new URL(`../../resources/datasets/${EMBEDDED.name}`, import.meta.url)),
): ImportOptions {
  return {
    format: 'idx',
    path: folder,
    name: EMBEDDED.name,
    classes: embeddedClasses,
    source:
      'Fashion-MNIST (Xiao, Rasul, Vollgraf 2017, arXiv:1708.07747): 1,000 training and 200 test images of each class, drawn with a seed',
    license: 'MIT, Copyright (c) 2017 Zalando SE',
  }
}
