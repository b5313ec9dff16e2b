/**
 * Medusa's inventory module as its own test runner opens it, and what it reserves in a second. A process of its own, in the peer's own
 * module system: bench/stock/medusa.ts starts it with MEDUSA (the folder it is installed in) and MEDUSA_URL (a fresh database).
 */
const { createRequire } = require('node:module')
const path = require('node:path')

const ITEMS = 1000
const LANES = 16
const CLAIMS = 600

const folder = process.env.MEDUSA
const url = process.env.MEDUSA_URL
const load = createRequire(path.join(folder, 'package.json'))

async function openInventory() {
  const utils = load('@medusajs/framework/utils')
  const sdk = load('@medusajs/framework/modules-sdk')
  const { getMikroOrmWrapper } = load('@medusajs/test-utils/dist/database')
  const { initModules } = load('@medusajs/test-utils/dist/init-modules')
  const { default: EventBus } = load('@medusajs/test-utils/dist/mock-event-bus-service')
  const resolve = path.join(folder, 'node_modules/@medusajs/inventory')
  const database = { clientUrl: url, schema: 'public', debug: false }
  await getMikroOrmWrapper({
    mikroOrmEntities: utils.toMikroOrmEntities(utils.loadModels(`${resolve}/dist/models`)),
    pathToMigrations: `${resolve}/dist/migrations`,
    clientUrl: url,
    schema: 'public',
  }).setupDatabase()
  const modulesConfig = {
    inventory: {
      definition: sdk.ModulesDefinition.inventory,
      resolve,
      options: { database, [utils.isSharedConnectionSymbol]: true },
    },
  }
  const quiet = () => undefined
  const { medusaApp } = await initModules({
    injectedDependencies: {
      [utils.ContainerRegistrationKeys.PG_CONNECTION]: utils.ModulesSdkUtils.createPgConnection(database),
      [utils.Modules.EVENT_BUS]: new EventBus(),
      [utils.ContainerRegistrationKeys.LOGGER]: { info: quiet, warn: quiet, error: quiet, debug: quiet },
      [utils.ContainerRegistrationKeys.CONFIG_MODULE]: { modules: modulesConfig },
    },
    modulesConfig,
    databaseConfig: database,
    preventConnectionDestroyWarning: true,
  })
  return medusaApp.modules.inventory
}

async function measure() {
  const inventory = await openInventory()
  const items = await inventory.createInventoryItems(Array.from({ length: ITEMS }, (_, i) => ({ sku: `sku-${i}` })))
  await inventory.createInventoryLevels(
    items.map(({ id }) => ({ inventory_item_id: id, location_id: 'dc', stocked_quantity: 100_000_000 })),
  )
  const claim = (indexes) =>
    inventory.createReservationItems(
      indexes.map((index) => ({ inventory_item_id: items[index % ITEMS].id, location_id: 'dc', quantity: 1 })),
    )
  const rate = async (count, of) => {
    let next = 0
    const lane = async () => {
      while (next < count) await claim(of(next++))
    }
    const began = performance.now()
    await Promise.all(Array.from({ length: LANES }, lane))
    return count / ((performance.now() - began) / 1000)
  }
  await rate(100, (index) => [index])
  return {
    hot: await rate(CLAIMS, () => [0]),
    spread: await rate(CLAIMS, (index) => [index]),
    threeLines: await rate(CLAIMS, (index) => [0, 1, 2].map((line) => index * 3 + line)),
  }
}

measure().then(
  (figures) => process.send(figures),
  (error) => {
    process.stderr.write(`${error.stack}\n`)
    process.exit(1)
  },
)
