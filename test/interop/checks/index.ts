import type { Check } from '../check.ts'
import { onnxModels, safetensorsFiles } from './models.ts'
import { predictionFiles } from './predictions.ts'
import { recipeCode } from './recipe.ts'
import { exportedCode, pytorchTexts } from './schedules.ts'
import { tableFiles } from './tables.ts'
import { eventFilesOut } from './tensorboard.ts'
import { eventFilesIn } from './tensorboardIn.ts'
import { tensorflowDevice } from './tensorflow.ts'

/** What is judged, in the order of the report. */
export const checks: readonly Check[] = [
  eventFilesOut,
  eventFilesIn,
  safetensorsFiles,
  onnxModels,
  tableFiles,
  predictionFiles,
  exportedCode,
  recipeCode,
  pytorchTexts,
  tensorflowDevice,
]
