import type { PartAssessment } from '../../shared/ensemble/assess.ts'
import type { Workbench, WorkbenchPart } from '../../shared/ensemble/workbench.ts'
import type { EnsembleModel } from './useEnsemble.ts'

/** One part of the data as the headline and the list of members see it. */
export interface AnswerPart extends Pick<WorkbenchPart, 'part' | 'gainOfEach' | 'workOut'> {
  /** Along the candidates; nothing of one whose score on this part is not known. */
  readonly predictions: readonly { readonly scores?: { readonly accuracy: number; readonly nll?: number } }[]
}

/** What the headline and the list of members need: a workbench has it, and so has one whose predictions are still being read. */
export interface AnswerModel extends Omit<EnsembleModel, 'workbench' | 'validation' | 'test'> {
  readonly workbench: Pick<Workbench, 'best'> & {
    readonly validation: AnswerPart | null
    readonly test: AnswerPart | null
    readonly judged: AnswerPart | null
  }
  readonly validation: Omit<PartAssessment, 'lastAccuracy'> | undefined
  readonly test: Omit<PartAssessment, 'lastAccuracy'> | undefined
}
