import type { TimingSubject } from './deviceComparison.ts'
import type { ModelSpec } from './spec.ts'

/** "ResNet-20", "WRN-16-4", "DenseNet-BC-100-12", "VGG-16", "MLP 256-128", "CNN 16-32". */
export function modelText(model: ModelSpec): string {
  switch (model.kind) {
    case 'softmax':
      return 'softmax'
    case 'mlp':
      return `MLP ${model.hidden.join('-')}`
    case 'cnn':
      return `CNN ${model.filters.join('-')}`
    case 'resnet':
      return `ResNet-${model.depth}`
    case 'wrn':
      return `WRN-${model.depth}-${model.widen}`
    case 'densenet':
      return `DenseNet-${model.bc ? 'BC-' : ''}${model.depth}-${model.growth}`
    case 'vgg':
      return `VGG-${model.depth}`
    case 'layers':
      return 'own model'
  }
}

/** "ResNet-20, 32×32×3, batch 128". */
export function subjectText({ model, shape, batchSize }: TimingSubject): string {
  const input = shape.length === 1 ? `${shape[0]} features` : shape.join('×')
  return `${modelText(model)}, ${input}, batch ${batchSize}`
}
