import { type ComparisonReply, compare, comparisonRequest } from '../../shared/ensemble/comparison.ts'
import { wordsOf } from '../../shared/errors.ts'

/* One question, one answer: whoever no longer wants it ends the worker. */

self.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
  const reply = (answer: ComparisonReply): void => self.postMessage(answer)
  try {
    reply({ answer: compare(comparisonRequest.parse(data), (share) => reply({ share })) })
  } catch (error) {
    reply({ error: wordsOf(error) })
  }
})
