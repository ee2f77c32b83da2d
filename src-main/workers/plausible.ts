import type { StoredTensor, TrainerState } from '../../shared/run/messages.ts'
import { weightsSha256 } from '../weightsSha256.ts'
import { DamagedEvent, type TakenEvent } from './rehydrate.ts'

/**
 * Refuses what a trainer would never have sent, although it has the form of events: states that lie beyond the steps told,
 * tensors of another size than their shape, weights that are not those of their sha256, an end before the last step.
 * @param stepsDone of the run before these events  @throws DamagedEvent
 */
export function refuseImplausible(events: readonly TakenEvent[], stepsDone: number): void {
  let steps = stepsDone
  let before: TakenEvent | undefined
  for (const event of events) {
    if (before?.type === 'ended') throw damaged(event, 'it follows the last one')
    before = event
    switch (event.type) {
      case 'metrics':
        steps = Math.max(steps, event.firstStep + (Object.values(event.columns)[0]?.length ?? 0))
        break
      case 'checkpoint':
        refuseState(event, event.state, steps)
        break
      case 'snapshot':
        refuseState(event, event.state, steps)
        if (event.state.position.stepsDone !== event.step + 1)
          throw damaged(event, `it is of step ${event.step}, and its state is not`)
        if (weightsSha256(event.state.tensors) !== event.weightsSha256)
          throw damaged(event, 'its weights are not those of its sha256')
        break
      case 'ended':
        if (event.stepsDone > steps || (event.status === 'completed' && event.stepsDone !== steps))
          throw damaged(event, `it says ${event.stepsDone} steps, and ${steps} were told`)
        break
      default:
    }
  }
}

function refuseState(event: TakenEvent, { position, tensors }: TrainerState, steps: number): void {
  if (position.stepsDone > steps)
    throw damaged(event, `its state is after ${position.stepsDone} steps, and ${steps} were told`)
  for (const tensor of tensors)
    if (!isOfItsShape(tensor)) throw damaged(event, 'a tensor has another size than its shape')
}

const isOfItsShape = ({ shape, data }: StoredTensor): boolean =>
  data.byteLength === shape.reduce((product, side) => product * side, 4)

const damaged = ({ seq, type }: TakenEvent, why: string): DamagedEvent =>
  new DamagedEvent(`event ${seq} (${type}) cannot be: ${why}`)
