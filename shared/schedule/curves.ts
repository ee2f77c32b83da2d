import { z } from 'zod'
import { described } from './fieldMeta.ts'

const shapes = {
  linear: z.strictObject({ shape: z.literal('linear') }),
  cosine: z.strictObject({ shape: z.literal('cosine') }),
  exponential: z.strictObject({ shape: z.literal('exponential'), k: z.number().min(0).max(700).default(4) }),
  polynomial: z.strictObject({
    shape: z.literal('polynomial'),
    power: z.number().min(0).max(100).default(1),
  }),
  rex: z.strictObject({ shape: z.literal('rex'), beta: z.number().min(-1000).max(1).default(0.5) }),
}
const names = Object.keys(shapes).join(', ')

const profileObject = z.discriminatedUnion(
  'shape',
  [shapes.linear, shapes.cosine, shapes.exponential, shapes.polynomial, shapes.rex],
  {
    error: ({ input }) =>
      typeof input === 'object'
        ? undefined
        : `must be one of ${names}, or an object whose shape is one of them`,
  },
)
export type Profile = z.infer<typeof profileObject>

/** How a rate falls; the bare name of a shape stands for that shape with its usual parameters. */
const profileField = z.preprocess(
  (value) => (typeof value === 'string' && Object.hasOwn(shapes, value) ? { shape: value } : value),
  profileObject,
)
/** The profile of a family, with the one it has unless told otherwise. */
export const profileFieldOr = (shape: 'linear' | 'cosine') =>
  described(profileField.default({ shape }), {
    label: 'Profile',
    help: 'How the rate falls.',
    control: 'profile',
  })

/**
 * The profile p(u) of progress u in [0, 1]: 1 at 0, falling; 0 at 1 except for `exponential`, which ends at exp(-k).
 * With z = 1 - u: linear z; cosine (1+cos πu)/2; exponential exp(-ku); polynomial z^power (0⁰ = 1);
 * rex z/(1-β+βz) (Chen, Wolfe and Kyrillidis, arXiv 2107.04197, has β = 1/2; their code has 0.9).
 */
export function profileCurve(profile: Profile): (u: number) => number {
  switch (profile.shape) {
    case 'linear':
      return (u) => 1 - u
    case 'cosine':
      return (u) => (1 + Math.cos(Math.PI * u)) / 2
    case 'exponential':
      return (u) => Math.exp(-profile.k * u)
    case 'polynomial':
      return (u) => (1 - u) ** profile.power
    case 'rex':
      return (u) => (u >= 1 ? 0 : (1 - u) / (1 - profile.beta + profile.beta * (1 - u)))
  }
}

/** The profile in words. */
export function profileText(profile: Profile): string {
  if (profile.shape === 'rex') return profile.beta === 0.5 ? 'REX' : `REX (β ${profile.beta})`
  if (profile.shape === 'polynomial') return `polynomial (power ${profile.power})`
  return profile.shape
}

const profileNames = {
  linear: 'linear',
  cosine: 'cosine',
  rex: 'REX',
  exponential: 'exponential',
  polynomial: 'polynomial',
} as const

/** The profile in one word. */
export const profileName = ({ shape }: Profile): string => profileNames[shape]

/** " REX" behind the label of a family that usually has another profile; nothing where it has that one. */
export const unusualProfile = (profile: Profile, usual: Profile['shape']): string =>
  profile.shape === usual ? '' : ` ${profileName(profile)}`
