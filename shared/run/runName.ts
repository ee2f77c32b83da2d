interface Named {
  readonly model: { readonly kind: string }
  readonly schedule: { readonly kind: string }
  readonly dataset: { readonly name: string }
}

/** The name of a run whose spec gives it none: "cnn · oneCycle · fashion-mnist-12k". */
export const usualRunName = ({ model, schedule, dataset }: Named): string =>
  `${model.kind} · ${schedule.kind} · ${dataset.name}`
