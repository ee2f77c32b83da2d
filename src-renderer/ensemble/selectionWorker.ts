import { type SelectionReply, select, selectionRequest } from '../../shared/ensemble/selection.ts'
import { wordsOf } from '../../shared/errors.ts'

/* Selections take longer than a frame, so they are made here, one after the other in the order they were asked for. */

self.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
  const { id, ...request } = selectionRequest.parse(data)
  const reply = (answer: SelectionReply['answer']): void =>
    self.postMessage({ id, answer } satisfies SelectionReply)
  try {
    const { subset, ...greedy } = select(request, (share) => reply({ share }))
    reply({
      greedyNll: greedy.greedyNll,
      greedyWeights: [...greedy.greedyWeights],
      subset: subset && { nll: subset.nll, members: [...subset.members] },
    })
  } catch (error) {
    reply({ error: wordsOf(error) })
  }
})
