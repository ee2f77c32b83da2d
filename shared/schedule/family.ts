import type { z } from 'zod'
import type { FamilyCode, Place, Written } from './export/place.ts'
import type { Handle, HandlePlace } from './handles.ts'
import type { Context, Track } from './track.ts'

/** A published schedule to start from. Rates are the source's, for its network: find your own with a range test. */
export interface FamilyPreset {
  readonly id: string
  readonly name: string
  /** Paper or code it comes from. */
  readonly source: string
  readonly note: string
  readonly spec: object
}

/** The headings under which a form offers families. */
export const familyGroups = ['Steady and stepped', 'Decay', 'Cycles', 'Feedback and own', 'Composed'] as const

/**
 * All there is to know of a kind of schedule: what may stand in its spec, what it computes, how it reads as Python and in
 * words, and what of it can be dragged. Its methods are given specs of its own kind only: `familyOf` finds the family of
 * a spec. The schemas of its fields carry the words of the form (fieldMeta.ts).
 * @typeParam Child the schedules inside of a composed one; `never` where it has none
 */
export interface ScheduleFamily<Spec, Child = never> {
  readonly schema: z.ZodObject
  readonly name: string
  readonly group: (typeof familyGroups)[number]
  /** What it does, in a sentence. */
  readonly about: string
  /** What a form starts from, without its kind; the schema's defaults fill in the rest. */
  readonly start: object
  readonly presets: readonly FamilyPreset[]
  readonly peak?: Peak<Spec>
  compile(spec: Spec, context: Context, children: Children<Child>): Track
  /** The Python bodies of the same functions. */
  write(spec: Spec, place: Place, children: Children<Child>): FamilyCode
  /** A word or two for tables and headers: "SGDR 10×2". */
  label(spec: Spec, children: Children<Child>): string
  /** A phrase for the summary of a run of `steps` steps: "cosine decay from 0.1 to 0". */
  summary(spec: Spec, context: Context, steps: number, children: Children<Child>): string
  /** The parameters that can be dragged in a drawing of the rate. */
  handles(spec: Spec, place: HandlePlace, children: Children<Child>): Handle[]
  /**
   * Whether the rate of any step depends on how long the budget is. A schedule whose rate and momentum do not can be
   * extended by any number of steps. The momentum of the spec is not asked about here.
   */
  readsBudget(spec: Spec, children: Children<Child>): boolean
  /**
   * The fields that change, besides lengths of time and sampling rates, where the same schedule is planned over `share` of
   * the budget (rescale.ts); with a `kind` the whole spec.
   */
  rescale?(spec: Spec, share: number): object
  /** Where the schedules inside of a composed one stand in its spec, valid or not. */
  parts?(tree: unknown): readonly (readonly (string | number)[])[]
}

/** The highest rate of a spec, as its fields say it. */
export interface Peak<Spec> {
  /** The field that goes along when a form changes from one family to another. */
  readonly field: string
  /** The highest rate, where it can be told without compiling. */
  of(spec: Spec): number | undefined
}

/** What a composed family asks of the schedules inside of it. */
export interface Children<Child> {
  compile(child: Child, context: Context): Track
  write(child: Child, place: Place): Written
  label(child: Child): string
  summary(child: Child, context: Context, steps: number): string
  handles(child: Child, place: HandlePlace): Handle[]
  readsBudget(child: Child): boolean
}

/** A family without schedules inside of it, whose schema keeps its exact type for the union of all specs. */
export interface LeafFamily<Schema extends z.ZodObject> extends ScheduleFamily<z.infer<Schema>> {
  readonly schema: Schema
}

export function defineFamily<Schema extends z.ZodObject>(family: LeafFamily<Schema>): LeafFamily<Schema> {
  return family
}

/** A family made of other schedules, but for its schema, which is made of theirs. */
export type CompositeRecord<Schema extends z.ZodObject, Child> = Omit<
  ScheduleFamily<z.infer<Schema>, Child>,
  'schema'
>
