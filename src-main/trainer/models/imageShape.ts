import { UserError } from '../../../shared/errors.ts'
import type { ModelInput } from './model.ts'
import type { ImageShape } from './netBuilder.ts'

/** The example's shape as an image. @throws UserError for data that are not images */
export function imageShape(kind: string, input: ModelInput): ImageShape {
  const [height, width, channels] = input.shape
  if (input.shape.length !== 3 || height === undefined || width === undefined || channels === undefined) {
    throw new UserError(
      `While building the model: ${kind} needs images of [height, width, channels] (received examples of shape [${input.shape.join(', ')}]); choose softmax or mlp for this data set.`,
    )
  }
  return [height, width, channels]
}
