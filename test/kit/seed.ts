/**
 * One seed for every property test of a run: CROSSDOCK_SEED, which `.ci/run` sets, so that what passed for a commit passes for it again. Without it
 * each property draws its own, so that every run of a person looks somewhere new; fast-check prints the seed of what fails.
 */
import fc from 'fast-check'

const given = process.env['CROSSDOCK_SEED']
if (given !== undefined && given !== '') {
  const seed = Number(given)
  if (!Number.isSafeInteger(seed)) throw new Error(`CROSSDOCK_SEED is "${given}"; it must be a whole number`)
  fc.configureGlobal({ ...fc.readConfigureGlobal(), seed })
}
