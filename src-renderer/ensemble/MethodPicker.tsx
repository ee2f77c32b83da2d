import { SegmentedControl, Text } from '@mantine/core'
import { methodWords, predictionMethods } from '../../shared/ensemble/methods.ts'
import { errorWords } from '../components/errorWords.ts'
import type { AnswerModel } from './answerModel.ts'
import classes from './Ensemble.module.css'

/** How the members' probabilities become one. */
export function MethodPicker({ model }: { readonly model: AnswerModel }) {
  const { choice, workbench, isChoosing, choosingError } = model
  return (
    <div className={classes.method}>
      <SegmentedControl
        fullWidth
        aria-label="How the members are combined"
        value={choice.method}
        onChange={model.setMethod}
        data={predictionMethods.map((method) => ({
          value: method,
          label: methodWords[method].title,
          disabled: method === 'weighted' && workbench.validation === null,
        }))}
      />
      <Text size="xs" c={choosingError ? 'var(--failure)' : 'dimmed'} aria-live="polite">
        {choosingError
          ? `Weights could not be chosen: ${errorWords(choosingError)}`
          : methodWords[choice.method].hint}
        {isChoosing && ' Choosing the weights…'}
        {workbench.validation === null && ' Weights need a validation part, and this run kept none.'}
      </Text>
    </div>
  )
}
