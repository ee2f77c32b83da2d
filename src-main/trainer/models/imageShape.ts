import { UserError } from '../../../shared/errors.ts'
import type { ModelInput } from './model.ts'
import type { ImageShape } from './netBuilder.ts'

/**
 * The example's shape as an image.
 * @param leastSide pixels that the network needs in height and in width
 * @throws UserError for data that are not images, or whose images are smaller
 */
export function imageShape(kind: string, input: ModelInput, leastSide = 1): ImageShape {
  const [height, width, channels] = input.shape
  if (input.shape.length !== 3 || height === undefined || width === undefined || channels === undefined) {
    throw new UserError(
      `While building the model: ${kind} needs images of [height, width, channels] (received examples of shape [${input.shape.join(', ')}]); choose softmax or mlp for this data set.`,
    )
  }
  if (Math.min(height, width) < leastSide) {
    throw new UserError(
      `While building the model: ${kind} halves the image ${Math.log2(leastSide)} times and needs at least ${leastSide}×${leastSide} pixels (received ${height}×${width}); choose cnn or resnet for this data set.`,
    )
  }
  return [height, width, channels]
}
