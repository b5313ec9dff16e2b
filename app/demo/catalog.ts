/** The demo's small shoe house: what it sells, where it lies, and where its customers live. Acme pays its own freight but for a little. */

export type DemoNode = {
  id: string
  name: string
  kind: 'warehouse' | 'store' | 'supplier'
  capabilities: ('ship' | 'pickup' | 'dropShip')[]
  timeZone: string
  latitude: number
  longitude: number
  packageFixedMinor: number
}

export const NODES: DemoNode[] = [
  {
    id: 'lille-dc',
    name: 'Lille distribution center',
    kind: 'warehouse',
    capabilities: ['ship'],
    timeZone: 'Europe/Paris',
    latitude: 50.63,
    longitude: 3.06,
    packageFixedMinor: 420,
  },
  {
    id: 'lyon-dc',
    name: 'Lyon distribution center',
    kind: 'warehouse',
    capabilities: ['ship'],
    timeZone: 'Europe/Paris',
    latitude: 45.76,
    longitude: 4.84,
    packageFixedMinor: 450,
  },
  {
    id: 'milan-dc',
    name: 'Milan distribution center',
    kind: 'warehouse',
    capabilities: ['ship'],
    timeZone: 'Europe/Rome',
    latitude: 45.46,
    longitude: 9.19,
    packageFixedMinor: 640,
  },
  {
    id: 'paris-store',
    name: 'Paris, Rue de Rivoli',
    kind: 'store',
    capabilities: ['ship', 'pickup'],
    timeZone: 'Europe/Paris',
    latitude: 48.86,
    longitude: 2.34,
    packageFixedMinor: 690,
  },
  {
    id: 'nantes-store',
    name: 'Nantes, Place Royale',
    kind: 'store',
    capabilities: ['ship', 'pickup'],
    timeZone: 'Europe/Paris',
    latitude: 47.21,
    longitude: -1.56,
    packageFixedMinor: 710,
  },
  {
    id: 'lyon-store',
    name: 'Lyon, Presqu’île',
    kind: 'store',
    capabilities: ['ship', 'pickup'],
    timeZone: 'Europe/Paris',
    latitude: 45.76,
    longitude: 4.83,
    packageFixedMinor: 700,
  },
  {
    id: 'acme',
    name: 'Acme Footwear (drop-ship)',
    kind: 'supplier',
    capabilities: ['dropShip'],
    timeZone: 'Europe/Lisbon',
    latitude: 41.15,
    longitude: -8.61,
    packageFixedMinor: 60,
  },
]

export const STORES = NODES.filter((node) => node.kind === 'store')

/** `vendorSku`: what Acme calls it; only these can be drop-shipped. Leading zeros are there on purpose. */
export type DemoProduct = { sku: string; title: string; priceMinor: number; weightGrams: number; vendorSku?: string }

export const PRODUCTS: DemoProduct[] = [
  { sku: 'SNEAK-40', title: 'Canvas sneaker, 40', priceMinor: 5990, weightGrams: 820 },
  { sku: 'SNEAK-41', title: 'Canvas sneaker, 41', priceMinor: 5990, weightGrams: 840 },
  { sku: 'SNEAK-42', title: 'Canvas sneaker, 42', priceMinor: 5990, weightGrams: 860 },
  { sku: 'RUN-41', title: 'Road runner, 41', priceMinor: 11900, weightGrams: 640 },
  { sku: 'RUN-42', title: 'Road runner, 42', priceMinor: 11900, weightGrams: 660 },
  { sku: 'BOOT-39', title: 'Ankle boot, 39', priceMinor: 14900, weightGrams: 1220 },
  { sku: 'BOOT-40', title: 'Ankle boot, 40', priceMinor: 14900, weightGrams: 1260 },
  { sku: '0012345', title: 'Shoe trees, cedar', priceMinor: 2490, weightGrams: 540, vendorSku: '000777' },
  { sku: '00456', title: 'Wax polish, black', priceMinor: 890, weightGrams: 110, vendorSku: 'WAX-BLK' },
  { sku: 'CLOG-38', title: 'Garden clog, 38', priceMinor: 3990, weightGrams: 480, vendorSku: 'A-CLOG-38' },
  { sku: 'CLOG-40', title: 'Garden clog, 40', priceMinor: 3990, weightGrams: 500, vendorSku: 'A-CLOG-40' },
]

/** The two pairs of the story: one lies in a store nearby, the other only far away. */
export const DRESS_PAIR: DemoProduct = {
  sku: 'DRESS-42',
  title: 'Dress shoe, black, 42',
  priceMinor: 18900,
  weightGrams: 1100,
}
export const LIMITED_PAIR: DemoProduct = {
  sku: 'LIMITED-42',
  title: 'Limited edition, 42',
  priceMinor: 34900,
  weightGrams: 900,
}

/** Sold at the shop before anyone told the hub about it. */
export const UNKNOWN_PRODUCT: DemoProduct = {
  sku: 'NEW-ARRIVAL-1',
  title: 'New arrival',
  priceMinor: 7900,
  weightGrams: 700,
}

export type DemoCustomer = {
  name: string
  address1: string
  city: string
  zip: string
  countryCode: string
  latitude: number
  longitude: number
}

export const CUSTOMERS: DemoCustomer[] = [
  {
    name: 'Camille Martin',
    address1: '12 Rue Oberkampf',
    city: 'Paris',
    zip: '75011',
    countryCode: 'FR',
    latitude: 48.86,
    longitude: 2.37,
  },
  {
    name: 'Hugo Bernard',
    address1: '3 Quai de la Fosse',
    city: 'Nantes',
    zip: '44000',
    countryCode: 'FR',
    latitude: 47.21,
    longitude: -1.56,
  },
  {
    name: 'Léa Dubois',
    address1: '8 Rue Mercière',
    city: 'Lyon',
    zip: '69002',
    countryCode: 'FR',
    latitude: 45.76,
    longitude: 4.83,
  },
  {
    name: 'Giulia Rossi',
    address1: 'Via Torino 5',
    city: 'Milano',
    zip: '20123',
    countryCode: 'IT',
    latitude: 45.46,
    longitude: 9.18,
  },
  {
    name: 'Jonas Weber',
    address1: 'Hansaring 20',
    city: 'Köln',
    zip: '50670',
    countryCode: 'DE',
    latitude: 50.95,
    longitude: 6.95,
  },
  {
    name: 'Sofie Peeters',
    address1: 'Meir 44',
    city: 'Antwerpen',
    zip: '2000',
    countryCode: 'BE',
    latitude: 51.22,
    longitude: 4.41,
  },
  {
    name: 'Nerea Etxeberria',
    address1: 'Calle Mayor 1',
    city: 'Bilbao',
    zip: '01234',
    countryCode: 'ES',
    latitude: 43.26,
    longitude: -2.93,
  },
]
