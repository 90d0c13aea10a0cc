/** How a recipe is measured: over folds, on a given test part, or on a random one. */
import { dataset, fit } from 'downslope'

/** The mean. */
export function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** The standard deviation of a sample. */
export function deviation(values) {
  const center = mean(values)
  return Math.sqrt(values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1))
}

/** One network, trained on one part and measured on another. */
async function score(train, test, { network, metric, ...options }, seed) {
  const { model } = await fit(network, train, { ...options, seed })
  const result = await model.evaluate(test, { metrics: [metric] })
  model.close()
  return result[metric]
}

/** The mean over five folds; for a root of a mean of squares the root of the mean of squares. */
export function overFolds(load, build) {
  return async (seed) => {
    const data = dataset(load())
    const scores = []
    const recipe = build()
    for (const { train, validation } of data.kFold(5, { seed })) {
      scores.push(await score(train, validation, recipe, seed))
      train.close()
      validation.close()
    }
    data.close()
    if (recipe.metric !== 'rootMeanSquaredError') return mean(scores)
    return Math.sqrt(mean(scores.map((value) => value ** 2)))
  }
}

/** The test part that a set comes with. */
export function onTest(load, build) {
  return async (seed) => {
    const data = load()
    const train = dataset(data.train)
    const test = dataset(data.test)
    const value = await score(train, test, build(), seed)
    train.close()
    test.close()
    return value
  }
}

/** A random test part of 20 %, another one for each seed. */
export function onRandomPart(load, build) {
  return async (seed) => {
    const data = dataset(load())
    const [train, test] = data.split([0.8, 0.2], { seed })
    const value = await score(train, test, build(), seed)
    for (const part of [train, test, data]) part.close()
    return value
  }
}
