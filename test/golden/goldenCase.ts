import { z } from 'zod'

/** A table of the reference set: the rate used in each step, and the momentum where the schedule moves it. */
export const goldenCase = z.looseObject({
  name: z.string(),
  schedule: z.record(z.string(), z.unknown()),
  totalSteps: z.int().min(1),
  stepsPerEpoch: z.int().min(1),
  rtol: z.number().default(1e-9),
  lr: z.array(z.number()).default([]),
  momentum: z.array(z.number()).optional(),
  pathological: z.boolean().default(false),
  extra: z
    .looseObject({
      deviantSteps: z
        .array(z.object({ step: z.int(), reference: z.number(), documented: z.number() }))
        .default([]),
    })
    .optional(),
})
export type GoldenCase = z.infer<typeof goldenCase>

/** Typed reading of a case's parameters: a missing or mistyped one is an error in the table, named. */
export class Parameters {
  readonly #values: Record<string, unknown>

  constructor(values: unknown) {
    this.#values = z.record(z.string(), z.unknown()).parse(values)
  }

  number(name: string, fallback?: number): number {
    return this.#read(name, z.number(), fallback)
  }

  text(name: string, fallback?: string): string {
    return this.#read(name, z.string(), fallback)
  }

  flag(name: string, fallback?: boolean): boolean {
    return this.#read(name, z.boolean(), fallback)
  }

  numbers(name: string): number[] {
    return this.#read(name, z.array(z.number()))
  }

  /** null stands for NaN. */
  metrics(name: string): (number | null)[] {
    return this.#read(name, z.array(z.number().nullable()))
  }

  inner(name: string): Parameters {
    return new Parameters(this.#values[name])
  }

  list(name: string): Parameters[] {
    return this.#read(name, z.array(z.unknown())).map((values) => new Parameters(values))
  }

  #read<T>(name: string, schema: z.ZodType<T>, fallback?: T): T {
    const value = this.#values[name] ?? fallback
    const result = schema.safeParse(value)
    if (result.success) return result.data
    throw new Error(`golden parameter ${name}: ${result.error.message}`)
  }
}
